#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/command/child_process.hpp"
#include "evaluation/command/command_options.hpp"
#include "evaluation/command/line_buffer.hpp"
#include "evaluation/command/listener.hpp"
#include "evaluation/command/output_log.hpp"
#include "evaluation/command/processes.hpp"

namespace evonas::evaluation::command {

/// The real processes of a command. They are served inside pump(), without ever waiting for one:
/// what they write is read in small portions, lines that are too long end a process, and what goes
/// to standard error is told to a listener. What is sent leaves before, as far as a process takes
/// it.
class ProcessPool final : public Processes {
 public:
  /// `name` is what processes are called in the log. Starts none.
  ProcessPool(std::string name, const CommandOptions& options, const CommandListener& listener);
  ProcessPool(const ProcessPool&) = delete;
  ProcessPool& operator=(const ProcessPool&) = delete;
  /// Closes the standard input of all processes, and kills those that do not end within two
  /// seconds.
  ~ProcessPool() override;

  void start(std::size_t process) override;
  void send(std::size_t process, const std::string& line) override;
  void stop(std::size_t process) override;

  /// Waits until something arrives, for at most `wait`, writes and reads what there is and tells
  /// `events`. Returns a time up to which everything that arrived has been told, if it was not too
  /// much at once.
  TimePoint pump(std::chrono::milliseconds wait, ProcessEvents& events);

  /// Ends the waiting in pump(), the present or the next one. From any thread.
  void wake();

 private:
  struct Member {
    std::unique_ptr<ChildProcess> process;
    std::optional<LineBuffer> lines;
    std::optional<OutputLog> log;
    std::string unsent;
    std::string cause;                  ///< why it is taken for ended
    std::optional<TimePoint> patience;  ///< until when such a one may end by itself
  };

  void poll_all(std::chrono::milliseconds wait);
  void serve(std::size_t process, ProcessEvents& events, TimePoint now);
  bool write(Member& member);
  Reading read(std::size_t process, ProcessEvents& events, TimePoint now);
  void read_error(Member& member, TimePoint now);
  std::string describe_end(const Member& member) const;
  bool any_running() const;

  std::string name_;
  const CommandOptions& options_;
  const CommandListener& listener_;
  Descriptor wake_;
  std::vector<Member> members_;
};

}  // namespace evonas::evaluation::command
