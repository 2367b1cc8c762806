#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "toy_search.hpp"

/// A file that lists which evaluations were paid for, across sessions that are killed.
namespace toy {

/// Appends a line in one system call, which a kill leaves whole or undone.
inline void append(int descriptor, const std::string& line) {
  [[maybe_unused]] const auto written = ::write(descriptor, line.data(), line.size());
}

inline void keep_log(const World& world, const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  for (const auto& [name, source] :
       {std::pair("accuracy", world.trained), std::pair("latency_ms", world.measured)}) {
    source->log = [descriptor, prefix = std::string(name)](const evaluation::Candidate& candidate,
                                                           bool done) {
      append(descriptor, fmt::format("{} {} {}\n", done ? "done" : "begin", prefix,
                                     candidate.genotype.to_string()));
    };
  }
}

/// How often each evaluation was begun; a failure where one was begun again after it was stored.
inline std::map<std::string, int> begun(const std::filesystem::path& file) {
  std::map<std::string, int> count;
  std::set<std::string> done;
  std::ifstream log(file);
  std::string what;
  std::string source;
  std::string genotype;
  while (log >> what >> source >> genotype) {
    const std::string evaluation = source + " " + genotype;
    if (what == "done") {
      done.insert(evaluation);
    } else {
      CHECK_MESSAGE(!done.contains(evaluation), "paid twice: ", evaluation);
      ++count[evaluation];
    }
  }
  return count;
}

}  // namespace toy
