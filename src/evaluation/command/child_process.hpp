#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace evonas::evaluation::command {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close();

 private:
  int number_ = -1;
};

/// What came of reading.
enum class Reading { Bytes, Nothing, End };

/// A program that runs beside this one, with standard input, output and error at hand; none of its
/// calls waits. It and what it starts make a process group of their own, which is killed with this
/// object, and also where this program ends in any other way, by SIGKILL too: a guard, which is a
/// shell in the same group, notices that. Descendants that leave the group are out of reach.
class ChildProcess {
 public:
  /// Starts `command`, which is looked for on the PATH, in `folder` (empty: the current one).
  /// Throws EvaluationError where it cannot be started.
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& folder);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills it unless it has ended.
  ~ChildProcess();

  /// For poll(); -1 where it is closed.
  int input() const { return input_.get(); }
  int output() const { return output_.get(); }
  int error() const { return error_.get(); }

  /// Writes as much as goes in at once and returns how much that was; nothing where the program has
  /// closed its standard input.
  std::optional<std::size_t> write(std::string_view bytes);
  void close_input() { input_.close(); }

  /// Reads what is there of standard output or error, at most one block, and adds it to `bytes`.
  Reading read_output(std::string& bytes) { return read(output_, bytes); }
  Reading read_error(std::string& bytes) { return read(error_, bytes); }

  /// Whether the program has ended.
  bool has_ended();

  /// How it ended: "ended with exit code 1", "was ended by signal 9 (Killed)"; "did not end" where
  /// it has not.
  std::string how_it_ended() const;
  /// Whether it ended with exit code 0.
  bool ended_well() const;

 private:
  static Reading read(Descriptor& descriptor, std::string& bytes);

  Descriptor input_;
  Descriptor output_;
  Descriptor error_;
  Descriptor lifeline_;  ///< which the guard sees closed where this program is gone
  pid_t guard_ = -1;     ///< leads the process group
  pid_t program_ = -1;
  std::optional<int> status_;
};

}  // namespace evonas::evaluation::command
