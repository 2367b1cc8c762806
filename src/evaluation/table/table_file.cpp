#include "evaluation/table/table_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/quoted.hpp"
#include "evaluation/table/metric_name.hpp"

namespace evonas::evaluation {
namespace {

// Places in the header of an SQLite file (https://www.sqlite.org/fileformat.html).
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationAt = 68;
constexpr std::size_t kHeaderSize = 100;

using Word = std::array<char, 4>;

/// As SQLite writes numbers: the highest byte first.
Word word_of(std::uint32_t number) {
  return {static_cast<char>(number >> 24U), static_cast<char>(number >> 16U),
          static_cast<char>(number >> 8U), static_cast<char>(number)};
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& file) {
  throw EvaluationError(fmt::format("cannot {} the file {}: {}", what, file.string(),
                                    errno == 0 ? "it is shorter than it was" : strerror(errno)));
}

struct SealedBytes {
  std::string header;  ///< the first bytes of the file, with the seal
  Word seal{};         ///< what the seal must be
};

SealedBytes read_sealed(const std::filesystem::path& file) {
  constexpr std::size_t kPart = 1U << 20U;
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("read", file);
  SealedBytes result;
  KeyStream checksum;
  std::vector<char> part(kPart);
  while (stream.read(part.data(), kPart) || stream.gcount() > 0) {
    const auto size = static_cast<std::size_t>(stream.gcount());
    if (result.header.empty()) {
      result.header.assign(part.data(), std::min(size, kHeaderSize));
      if (size >= kHeaderSize) std::fill_n(part.begin() + kUserVersionAt, Word().size(), '\0');
    }
    checksum.add({part.data(), size});
  }
  if (stream.bad()) fail("read", file);
  result.seal = word_of(static_cast<std::uint32_t>(checksum.key().low));
  return result;
}

}  // namespace

void check_metric_names(std::string_view place, std::span<const TableMetric> metrics) {
  if (metrics.empty() || metrics.size() > kMostTableMetrics) {
    throw EvaluationError(fmt::format("{}: {} metrics, expected from 1 to {}", place,
                                      metrics.size(), kMostTableMetrics));
  }
  std::set<std::string> seen;
  for (const TableMetric& metric : metrics) {
    const std::string name = lower_case(metric.name);
    if (!MetricName::parse(metric.name) || name == "row" || name == "architecture" ||
        name == "key") {
      throw EvaluationError(fmt::format(
          "{}: {} cannot name a metric; expected QUANTITY[@EPOCHS][#SEED], where QUANTITY is of "
          "letters, digits and underscores, no digit first, at most 128 of them, and not the word "
          "row, architecture or key",
          place, evonas::quoted(metric.name)));
    }
    if (!seen.insert(name).second) {
      throw EvaluationError(fmt::format(
          "{}: the metric {} is there twice (upper and lower case count as equal); name one of "
          "them otherwise",
          place, metric.name));
    }
  }
}

std::string to_string(Direction direction) {
  switch (direction) {
    case Direction::Maximize:
      return "maximize";
    case Direction::Minimize:
      return "minimize";
    case Direction::Unspecified:
      break;
  }
  return "";
}

std::optional<Direction> direction_of(std::string_view word) {
  for (const Direction direction :
       {Direction::Unspecified, Direction::Maximize, Direction::Minimize}) {
    if (word == to_string(direction)) return direction;
  }
  return std::nullopt;
}

Key checksum_of(const std::filesystem::path& file) {
  constexpr std::size_t kPart = 1U << 20U;
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("read", file);
  KeyStream checksum;
  std::vector<char> part(kPart);
  while (stream.read(part.data(), kPart) || stream.gcount() > 0) {
    checksum.add({part.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (stream.bad()) fail("read", file);
  return checksum.key();
}

void seal_table_file(const std::filesystem::path& file) {
  const Word seal = read_sealed(file).seal;
  errno = 0;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail("write", file);
  const bool written = ::pwrite(descriptor, seal.data(), seal.size(), kUserVersionAt) ==
                           static_cast<ssize_t>(seal.size()) &&
                       ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (!written) fail("write", file);
}

Seal check_seal(const std::filesystem::path& file) {
  const SealedBytes bytes = read_sealed(file);
  const auto word_at = [&](std::size_t at) { return std::string_view(bytes.header).substr(at, 4); };
  const Word application = word_of(kTableApplication);
  if (bytes.header.size() < kHeaderSize || !bytes.header.starts_with(kMagic) ||
      word_at(kApplicationAt) != std::string_view(application.data(), application.size())) {
    return Seal::NoTable;
  }
  return word_at(kUserVersionAt) == std::string_view(bytes.seal.data(), bytes.seal.size())
             ? Seal::Whole
             : Seal::Broken;
}

}  // namespace evonas::evaluation
