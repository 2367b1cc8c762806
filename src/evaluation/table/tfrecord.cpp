#include "evaluation/table/tfrecord.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "evaluation/evaluator.hpp"
#include "evaluation/table/crc32c.hpp"

namespace evonas::evaluation {
namespace {

constexpr std::size_t kLengthSize = 8;
constexpr std::size_t kCheckSize = 4;
constexpr std::uint64_t kLongestRecord = 1U << 20U;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

/// TensorFlow rotates and shifts check sums, so that a check sum over check sums is no trivial one.
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15U | crc << 17U) + 0xa282ead8U;
}

}  // namespace

TfRecordFile::TfRecordFile(const std::filesystem::path& file) : name_(file.string()) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw EvaluationError(fmt::format("{} is a folder, expected a TFRecord file", name_));
  }
  errno = 0;
  stream_.open(file, std::ios::binary);
  if (!stream_) {
    throw EvaluationError(
        fmt::format("cannot open the TFRecord file {}: {}", name_, std::strerror(errno)));
  }
}

bool TfRecordFile::read(std::string& bytes) {
  ++number_;
  offset_ = next_offset_;
  if (!fill(part_, kLengthSize + kCheckSize, /*may_end=*/true)) return false;
  const std::string_view head = part_;
  if (masked_crc(head.substr(0, kLengthSize)) != little_endian(head.substr(kLengthSize))) {
    fail("the check sum of its length is wrong; is this a TFRecord file, whole and undamaged?");
  }
  const std::uint64_t length = little_endian(head.substr(0, kLengthSize));
  if (length > kLongestRecord) {
    fail(fmt::format("is {} bytes long, expected at most {}", length, kLongestRecord));
  }
  fill(bytes, length + kCheckSize, /*may_end=*/false);
  const std::string_view body(bytes.data(), length);
  if (masked_crc(body) != little_endian(std::string_view(bytes).substr(length))) {
    fail("the check sum of its bytes is wrong; the file is damaged");
  }
  bytes.resize(length);
  return true;
}

bool TfRecordFile::fill(std::string& bytes, std::size_t size, bool may_end) {
  bytes.resize(size);
  stream_.read(bytes.data(), static_cast<std::streamsize>(size));
  const auto count = static_cast<std::size_t>(stream_.gcount());
  next_offset_ += count;
  if (stream_.bad()) fail(fmt::format("cannot be read: {}", std::strerror(errno)));
  if (count == size) return true;
  if (count == 0 && may_end) return false;
  fail("is cut off: the file ends within it");
}

void TfRecordFile::fail(std::string_view what) const {
  throw EvaluationError(fmt::format("{}, record {} at byte {}: {}", name_, number_, offset_, what));
}

}  // namespace evonas::evaluation
