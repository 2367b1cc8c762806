#include "evaluation/command/child_process.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/quoted.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation::command {
namespace {

/// Lives until nobody holds the other end of its standard input, then kills its process group.
constexpr const char* kGuardScript = "trap '' HUP INT TERM; read -r line; kill -s KILL 0";

/// For how long a killed process is waited for: one that hangs in the system is left behind.
constexpr std::chrono::milliseconds kReapTime{500};

constexpr std::size_t kBlock = 1 << 16;

std::string error_text(int error) { return std::generic_category().message(error); }

[[noreturn]] void fail_to_connect() {
  throw EvaluationError(
      fmt::format("a command cannot be connected with evonas: {}", error_text(errno)));
}

struct Ends {
  Descriptor own;
  Descriptor other;
};

/// A pipe of which `own` does not wait. None of the ends goes to other programs by accident.
Ends pipe_from_program() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_to_connect();
  Ends pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail_to_connect();
  return pipe;
}

/// A socket rather than a pipe: one can write to it without being sent SIGPIPE.
Ends socket_to_program() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail_to_connect();
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// How a program is started: what its standard files are, in which folder and process group, with
/// no other open files and no signals blocked or ignored.
class SpawnSettings {
 public:
  /// `group` is the process group, or 0 for one of its own.
  explicit SpawnSettings(pid_t group) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD}) sigaddset(&signals, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, group);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  void set_folder(const std::filesystem::path& folder) {
    if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  void set_file(int number, const Descriptor& file) {
    ::posix_spawn_file_actions_adddup2(&actions_, file.get(), number);
  }
  void set_file(int number, const char* path) {
    ::posix_spawn_file_actions_addopen(&actions_, number, path, O_WRONLY, 0);
  }

  /// The process, or the number of an error as a negative one.
  pid_t start(const std::vector<std::string>& command) {
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = -1;
    const int error = ::posix_spawnp(&process, arguments.front(), &actions_, &attributes_,
                                     arguments.data(), environ);
    return error == 0 ? process : -error;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Waits for the end of a killed process, but not for long.
void reap(pid_t process) {
  const auto end = std::chrono::steady_clock::now() + kReapTime;
  while (::waitpid(process, nullptr, WNOHANG) == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void Descriptor::close() {
  if (is_open()) ::close(std::exchange(number_, -1));
}

ChildProcess::ChildProcess(const std::vector<std::string>& command,
                           const std::filesystem::path& folder) {
  Ends input = socket_to_program();
  Ends output = pipe_from_program();
  Ends error = pipe_from_program();
  Ends lifeline = socket_to_program();

  // The guard comes first: wherever this program is killed, there is nothing without a guard.
  SpawnSettings guard(0);
  guard.set_file(STDIN_FILENO, lifeline.other);
  guard.set_file(STDOUT_FILENO, "/dev/null");
  guard.set_file(STDERR_FILENO, "/dev/null");
  guard_ = guard.start({"/bin/sh", "-c", kGuardScript});
  if (guard_ < 0) {
    throw EvaluationError(
        fmt::format("/bin/sh, which guards commands, cannot be started: {}", error_text(-guard_)));
  }

  SpawnSettings program(guard_);
  program.set_folder(folder);
  program.set_file(STDIN_FILENO, input.other);
  program.set_file(STDOUT_FILENO, output.other);
  program.set_file(STDERR_FILENO, error.other);
  program_ = program.start(command);
  if (program_ < 0) {
    ::kill(guard_, SIGKILL);
    reap(guard_);
    throw EvaluationError(
        fmt::format("the command {} cannot be started{}: {}", evonas::quoted(command.front()),
                    folder.empty() ? "" : " in " + folder.string(), error_text(-program_)));
  }
  input_ = std::move(input.own);
  output_ = std::move(output.own);
  error_ = std::move(error.own);
  lifeline_ = std::move(lifeline.own);
}

ChildProcess::~ChildProcess() {
  // The guard has not been waited for, so the number of the group still means this group.
  ::kill(-guard_, SIGKILL);
  if (!status_) reap(program_);
  reap(guard_);
}

std::optional<std::size_t> ChildProcess::write(std::string_view bytes) {
  const auto written =
      ::send(input_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (written >= 0) return static_cast<std::size_t>(written);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

Reading ChildProcess::read(Descriptor& descriptor, std::string& bytes) {
  if (!descriptor.is_open()) return Reading::End;
  std::array<char, kBlock> block;
  const auto count = ::read(descriptor.get(), block.data(), block.size());
  if (count > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(count));
    return Reading::Bytes;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Reading::Nothing;
  descriptor.close();
  return Reading::End;
}

bool ChildProcess::has_ended() {
  int status = 0;
  if (!status_ && ::waitpid(program_, &status, WNOHANG) == program_) status_ = status;
  return status_.has_value();
}

std::string ChildProcess::how_it_ended() const {
  if (!status_) return "did not end";
  if (WIFEXITED(*status_)) return fmt::format("ended with exit code {}", WEXITSTATUS(*status_));
  const int signal = WTERMSIG(*status_);
  return fmt::format("was ended by signal {} ({})", signal, ::strsignal(signal));
}

bool ChildProcess::ended_well() const {
  return status_ && WIFEXITED(*status_) && WEXITSTATUS(*status_) == 0;
}

}  // namespace evonas::evaluation::command
