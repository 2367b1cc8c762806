#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace evonas::evaluation {

/// Reads a TFRecord file, TensorFlow's sequence of byte strings: for each its length (64 bits), a
/// check sum of the length, the bytes, a check sum of the bytes; all numbers lowest byte first, the
/// check sums CRC-32C, masked.
class TfRecordFile {
 public:
  /// Throws EvaluationError where the file cannot be opened.
  explicit TfRecordFile(const std::filesystem::path& file);

  /// Reads the next record into `bytes`; false at the end of the file. Throws EvaluationError with
  /// file, record number and byte offset for a record that is cut off, fails a check sum or is
  /// longer than 1 MiB.
  bool read(std::string& bytes);

  /// Of the record read last: its number from 1, and the byte where it begins.
  std::size_t number() const { return number_; }
  std::uint64_t offset() const { return offset_; }

 private:
  bool fill(std::string& bytes, std::size_t size, bool may_end);
  [[noreturn]] void fail(std::string_view what) const;

  std::string name_;
  std::ifstream stream_;
  std::string part_;
  std::size_t number_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t next_offset_ = 0;
};

}  // namespace evonas::evaluation
