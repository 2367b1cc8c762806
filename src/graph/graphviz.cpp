#include "graph/graphviz.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "graph/drawing.hpp"
#include "graph/error_text.hpp"

namespace evonas::graph {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A file without a name that goes away by itself. Files instead of pipes: neither side ever waits
/// for the other, whatever the sizes.
class ScratchFile {
 public:
  ScratchFile() : file_(std::tmpfile()) {
    if (!file_) fail("cannot make a temporary file");
    // Programs that other threads start must not hold it open.
    ::fcntl(descriptor(), F_SETFD, FD_CLOEXEC);
  }

  int descriptor() const { return ::fileno(file_.get()); }

  void write(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
    if (!written || std::fflush(file_.get()) != 0) fail("cannot write a temporary file");
    std::rewind(file_.get());
  }

  std::string read() {
    std::rewind(file_.get());
    std::string text;
    std::array<char, 65536> block{};
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), file_.get())) {
      text.append(block.data(), count);
    }
    if (std::ferror(file_.get()) != 0) fail("cannot read a temporary file");
    return text;
  }

 private:
  [[noreturn]] static void fail(std::string_view what) {
    throw GraphError(fmt::format("{} for Graphviz: {}; is the disk full, or TMPDIR not writable?",
                                 what, std::strerror(errno)));
  }

  std::unique_ptr<std::FILE, CloseFile> file_;
};

/// Standard input, output and error of a program to start.
class Redirection {
 public:
  Redirection(const ScratchFile& input, const ScratchFile& output, const ScratchFile& error) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input.descriptor(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output.descriptor(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, error.descriptor(), STDERR_FILENO);
  }
  ~Redirection() { ::posix_spawn_file_actions_destroy(&actions_); }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno == EINTR) continue;
    throw GraphError(fmt::format("cannot wait for Graphviz: {}", std::strerror(errno)));
  }
  return status;
}

std::string without(std::string_view text, std::string_view start, std::string_view end) {
  std::string result;
  while (true) {
    const auto from = text.find(start);
    const auto to = from == std::string_view::npos ? from : text.find(end, from + start.size());
    result += text.substr(0, to == std::string_view::npos ? to : from);
    if (to == std::string_view::npos) return result;
    text.remove_prefix(to + end.size());
  }
}

}  // namespace

bool graphviz_available() {
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "" : variable;
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
    const std::string program = fmt::format("{}/dot", folder.empty() ? "." : folder);
    if (::access(program.c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::string run_graphviz(std::string_view dot) {
  if (!graphviz_available()) {
    throw GraphError("the program 'dot' of Graphviz is not on the PATH; install graphviz");
  }
  ScratchFile input;
  ScratchFile output;
  ScratchFile error;
  input.write(dot);
  const Redirection redirection(input, output, error);
  std::string program = "dot";
  std::string format = "-Tsvg";
  std::array<char*, 3> arguments{program.data(), format.data(), nullptr};
  pid_t process = 0;
  const int failure = ::posix_spawnp(&process, program.c_str(), redirection.get(), nullptr,
                                     arguments.data(), environ);
  if (failure != 0) {
    throw GraphError(fmt::format("cannot run 'dot' of Graphviz: {}", std::strerror(failure)));
  }
  const int status = wait_for(process);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output.read();
  throw GraphError(fmt::format(
      "'dot' of Graphviz failed ({} {}): {}", WIFEXITED(status) ? "exit code" : "signal",
      WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), printable(error.read())));
}

std::string inline_svg(std::string_view document) {
  const auto start = document.find("<svg");
  if (start == std::string_view::npos) {
    throw GraphError("Graphviz wrote no SVG element; check that 'dot -Tsvg' works");
  }
  // Text content cannot hold these: quotes and angle brackets are entities there.
  return without(without(document.substr(start), "<!--", "-->"), " id=\"", "\"");
}

}  // namespace evonas::graph
