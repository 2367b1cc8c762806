#include "cli/run/appended_csv.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/csv_field.hpp"
#include "base/quoted.hpp"
#include "cli/run/atomic_file.hpp"
#include "evaluation/evaluator.hpp"
#include "evaluation/table/csv.hpp"

namespace evonas::cli {

AppendedCsv::AppendedCsv(std::filesystem::path file, std::vector<std::string> columns)
    : file_(std::move(file)), columns_(std::move(columns)) {
  if (std::filesystem::exists(file_)) {
    repair_tail();
    if (std::filesystem::file_size(file_) > 0) read();
  }
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw FileError(fmt::format("{} cannot be written: {}", file_.string(), std::strerror(errno)));
  }
  if (std::filesystem::file_size(file_) == 0) write(columns_);
}

AppendedCsv::~AppendedCsv() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendedCsv::append(std::vector<std::string> row) {
  write(row);
  rows_.push_back(std::move(row));
}

void AppendedCsv::repair_tail() const {
  const std::string content = read_whole(file_);
  const std::size_t end = content.rfind('\n');
  const std::size_t kept = end == std::string::npos ? 0 : end + 1;
  if (kept < content.size()) std::filesystem::resize_file(file_, kept);
}

void AppendedCsv::read() {
  evaluation::read_csv(
      file_,
      [&](std::span<const std::string> columns) {
        if (std::ranges::equal(columns, columns_)) return;
        throw evaluation::EvaluationError(fmt::format("{}, line 1: expected the columns {}",
                                                      file_.string(), fmt::join(columns_, ",")));
      },
      [&](std::span<const std::string> fields, std::size_t /*line*/) {
        rows_.emplace_back(fields.begin(), fields.end());
      });
}

void AppendedCsv::write(const std::vector<std::string>& row) const {
  std::string bytes;
  for (const std::string& field : row) bytes += (bytes.empty() ? "" : ",") + csv_field(field);
  bytes += '\n';
  if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      ::fdatasync(descriptor_) != 0) {
    throw FileError(fmt::format("{} cannot be written: {}; the rows before are safe",
                                file_.string(), std::strerror(errno)));
  }
}

template <class Number>
Number number_of(const std::filesystem::path& file, const std::string& field) {
  Number value{};
  const char* const last = field.data() + field.size();
  const auto [end, error] = std::from_chars(field.data(), last, value);
  if (error == std::errc{} && end == last) return value;
  throw evaluation::EvaluationError(
      fmt::format("{}: {} is no number; remove the line", file.string(), evonas::quoted(field)));
}

template std::int64_t number_of<std::int64_t>(const std::filesystem::path&, const std::string&);
template double number_of<double>(const std::filesystem::path&, const std::string&);

}  // namespace evonas::cli
