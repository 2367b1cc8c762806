#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evonas::cli {

/// A CSV file that grows by a row at a time, each synced before the call returns, so that a stop at
/// any moment loses none of them. A last row that was cut short is dropped. Not safe for concurrent
/// calls.
class AppendedCsv {
 public:
  /// Opens the file and reads its rows, or begins it. Throws FileError where it cannot be written,
  /// EvaluationError where it is damaged or has other columns.
  AppendedCsv(std::filesystem::path file, std::vector<std::string> columns);
  AppendedCsv(const AppendedCsv&) = delete;
  AppendedCsv& operator=(const AppendedCsv&) = delete;
  ~AppendedCsv();

  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

  /// One field a column. Throws FileError, as on a full disk.
  void append(std::vector<std::string> row);

 private:
  void repair_tail() const;
  void read();
  void write(const std::vector<std::string>& row) const;

  std::filesystem::path file_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
  int descriptor_ = -1;
};

/// A field of that file as a whole number or a double. Throws EvaluationError where it is none.
template <class Number>
Number number_of(const std::filesystem::path& file, const std::string& field);

}  // namespace evonas::cli
