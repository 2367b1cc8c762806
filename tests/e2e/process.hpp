#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temporary_folder.hpp"

namespace evonas::e2e {

namespace fs = std::filesystem;

using tests::read_text;
using tests::write_text;

struct Result {
  int code = -1;  ///< exit code, or 128 and the signal that ended it
  std::string out;
  std::string err;
};

/// The evonas program as a process of its own.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments,
                   const std::string& program = EVONAS_PROGRAM) {
    arguments.insert(arguments.begin(), program);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const std::string out = (folder_ / "out").string();
    const std::string err = (folder_ / "err").string();
    pid_ = fork();
    if (pid_ == 0) {
      redirect(out.c_str(), STDOUT_FILENO);
      redirect(err.c_str(), STDERR_FILENO);
      // Hides Graphviz: drawing every front would take most of the time of these tests.
      setenv("PATH", "/nowhere", 1);
      execv(words[0], words.data());
      _exit(127);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }

  void signal(int number) const { kill(pid_, number); }

  Result wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, read_text(folder_ / "out"), read_text(folder_ / "err")};
  }

 private:
  static void redirect(const char* file, int descriptor) {
    const int opened = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (opened < 0 || dup2(opened, descriptor) < 0) _exit(126);
    close(opened);
  }

  tests::TemporaryFolder folder_;
  pid_t pid_ = -1;
};

inline Result run(std::vector<std::string> arguments) {
  return Process(std::move(arguments)).wait();
}

inline Result run_program(const std::string& program, std::vector<std::string> arguments) {
  return Process(std::move(arguments), program).wait();
}

inline void sleep_ms(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

}  // namespace evonas::e2e
