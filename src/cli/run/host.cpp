#include "cli/run/host.hpp"

#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace evonas::cli {
namespace {

/// The value of the first line of a file that begins with `name`, behind the mark.
std::string line_value(const char* file, const std::string& name, char mark) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t at = line.find(mark);
    const std::size_t begin = line.find_first_not_of(" \t\"", at + 1);
    if (at == std::string::npos || begin == std::string::npos) continue;
    const std::size_t end = line.find_last_not_of(" \t\"");
    return line.substr(begin, end - begin + 1);
  }
  return {};
}

std::string system_name() {
  utsname name{};
  uname(&name);
  const std::string distribution = line_value("/etc/os-release", "PRETTY_NAME", '=');
  return fmt::format("{}{}{} {}", distribution, distribution.empty() ? "" : ", ", name.sysname,
                     name.release);
}

}  // namespace

std::map<std::string, std::string> describe_host() {
  const double bytes =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  std::string cpu = line_value("/proc/cpuinfo", "model name", ':');
  const std::string commit = EVONAS_COMMIT;
  return {
      {"cpu", cpu.empty() ? "unknown" : std::move(cpu)},
      {"cores", fmt::format("{}", std::thread::hardware_concurrency())},
      {"memory", fmt::format("{:.1f} GiB", bytes / (1ULL << 30U))},
      {"system", system_name()},
      {"evonas", commit.empty() ? EVONAS_VERSION : fmt::format("{} ({})", EVONAS_VERSION, commit)}};
}

}  // namespace evonas::cli
