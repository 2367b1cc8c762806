#include "evaluation/command/process_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/quoted.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation::command {
namespace {

using std::chrono::milliseconds;

/// Blocks that are read from one process before the next one's turn.
constexpr int kBlocksAtOnce = 4;
/// How often processes are looked at that may have ended unheard, because what they started still
/// holds their output.
constexpr milliseconds kLongestWait{200};
constexpr milliseconds kWaitForEnd{2};
/// For a process that has closed its output to end.
constexpr milliseconds kPatience{500};
/// For processes to end that are not needed any more.
constexpr milliseconds kFarewell{2000};

/// Hears nothing.
class Deaf final : public ProcessEvents {
 public:
  void on_line(std::size_t /*process*/, const std::string& /*line*/, TimePoint /*now*/) override {}
  void on_end(std::size_t /*process*/, const Ending& /*ending*/, TimePoint /*now*/) override {}
};

}  // namespace

ProcessPool::ProcessPool(std::string name, const CommandOptions& options,
                         const CommandListener& listener)
    : name_(std::move(name)),
      options_(options),
      listener_(listener),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      members_(static_cast<std::size_t>(options.processes)) {
  if (!wake_.is_open()) throw EvaluationError("the system has no file descriptors left");
}

ProcessPool::~ProcessPool() {
  for (Member& member : members_) {
    if (!member.process) continue;
    member.unsent.clear();
    member.process->close_input();
  }
  Deaf nobody;
  const TimePoint end = Clock::now() + kFarewell;
  while (any_running() && Clock::now() < end) pump(kWaitForEnd, nobody);
}

void ProcessPool::start(std::size_t process) {
  Member& member = members_[process];
  member = {.process = std::make_unique<ChildProcess>(options_.command, options_.folder)};
  member.lines.emplace(static_cast<std::size_t>(options_.message_bytes));
  member.log.emplace(fmt::format("{}: process {}: ", name_, process + 1), listener_.detail);
}

void ProcessPool::send(std::size_t process, const std::string& line) {
  Member& member = members_[process];
  member.unsent += line;
  // At once, as far as it goes in: the next pump() may be far off. That a process does not listen
  // any more is noticed there.
  write(member);
}

void ProcessPool::stop(std::size_t process) {
  Member& member = members_[process];
  if (!member.process) return;
  const TimePoint now = Clock::now();
  read_error(member, now);
  member.log->finish(now);
  member.process.reset();
}

TimePoint ProcessPool::pump(milliseconds wait, ProcessEvents& events) {
  poll_all(wait);
  const TimePoint now = Clock::now();
  for (std::size_t process = 0; process < members_.size(); ++process) {
    if (members_[process].process) serve(process, events, now);
  }
  return now;
}

void ProcessPool::wake() {
  const std::uint64_t one = 1;
  // A counter that is full wakes as well.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
}

void ProcessPool::poll_all(milliseconds wait) {
  wait = std::min(wait, kLongestWait);
  std::vector<pollfd> files{{wake_.get(), POLLIN, 0}};
  for (const Member& member : members_) {
    if (!member.process) continue;
    if (member.patience) wait = std::min(wait, kWaitForEnd);
    files.push_back({member.process->output(), POLLIN, 0});
    files.push_back({member.process->error(), POLLIN, 0});
    // A closed socket is always ready: it is looked at only where there is something to write.
    if (!member.unsent.empty()) files.push_back({member.process->input(), POLLOUT, 0});
  }
  ::poll(files.data(), files.size(), static_cast<int>(wait.count()));
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(wake_.get(), &count, sizeof(count));
}

/// One turn of a process.
void ProcessPool::serve(std::size_t process, ProcessEvents& events, TimePoint now) {
  Member& member = members_[process];
  const bool writable = write(member);
  read_error(member, now);
  // Asked before the reading: what a process wrote before its end is there to be read then.
  const bool has_ended = member.process->has_ended();
  const Reading reading = read(process, events, now);
  if (!member.process) return;
  if (!has_ended && writable && reading != Reading::End) return;

  if (!member.patience) {
    member.cause =
        reading == Reading::End ? "closed its standard output" : "closed its standard input";
    member.patience = now + kPatience;
  }
  const bool all_read = has_ended && reading != Reading::Bytes;
  if (!all_read && now < *member.patience) return;
  read_error(member, now);
  const Ending ending{describe_end(member), member.process->ended_well()};
  stop(process);
  events.on_end(process, ending, now);
}

/// False where the process does not listen any more.
bool ProcessPool::write(Member& member) {
  if (member.unsent.empty()) return true;
  const auto written = member.process->write(member.unsent);
  if (written) member.unsent.erase(0, *written);
  return written.has_value();
}

/// Reads standard output and tells its lines; what came of the last reading. The process may be
/// gone afterwards.
Reading ProcessPool::read(std::size_t process, ProcessEvents& events, TimePoint now) {
  Member& member = members_[process];
  Reading reading = Reading::Bytes;
  for (int i = 0; i < kBlocksAtOnce && reading == Reading::Bytes; ++i) {
    std::string bytes;
    reading = member.process->read_output(bytes);
    member.lines->append(bytes);
    while (const std::optional<std::string> line = member.lines->next()) {
      events.on_line(process, *line, now);
      if (!member.process) return reading;
    }
    if (!member.lines->overflows()) continue;
    stop(process);
    events.on_end(process,
                  {fmt::format("protocol: it wrote a line of more than {} bytes, which "
                               "message_bytes allows",
                               options_.message_bytes)},
                  now);
    return reading;
  }
  return reading;
}

void ProcessPool::read_error(Member& member, TimePoint now) {
  for (int i = 0; i < kBlocksAtOnce; ++i) {
    std::string bytes;
    if (member.process->read_error(bytes) != Reading::Bytes) return;
    member.log->append(bytes, now);
  }
}

std::string ProcessPool::describe_end(const Member& member) const {
  ChildProcess& process = *member.process;
  std::string text = "died: it " + (process.has_ended() ? process.how_it_ended() : member.cause);
  if (const std::string_view rest = member.lines->rest(); !rest.empty()) {
    text += fmt::format(" within the line {}", evonas::quoted(rest));
  }
  if (const std::string& words = member.log->last_line(); !words.empty()) {
    text += fmt::format("; the last line of its standard error: {}", words);
  }
  return text;
}

bool ProcessPool::any_running() const {
  return std::any_of(members_.begin(), members_.end(),
                     [](const Member& member) { return member.process != nullptr; });
}

}  // namespace evonas::evaluation::command
