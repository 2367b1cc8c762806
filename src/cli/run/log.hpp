#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace evonas::cli {

/// What a command tells while it runs: lines on stderr, and all of it in a file. A line of progress
/// may stand at the end of the terminal; lines that come meanwhile go above it. Nothing goes to
/// stdout. Safe to use from several threads.
class Log {
 public:
  /// Appends to `file`; nothing goes to stderr unless `shown`. Throws FileError.
  explicit Log(const std::filesystem::path& file, bool shown = true);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  /// For a person watching, and for the file.
  void info(const std::string& text);
  void warn(const std::string& text);
  /// For the file alone.
  void detail(const std::string& text);
  /// Likewise, and it is there at once, whatever ends the program.
  void note(const std::string& text);

  /// Whether somebody watches: stderr is a terminal.
  bool on_terminal() const { return terminal_; }

  /// Shows a line that the next one replaces; on a terminal only. Empty takes it away.
  void progress(const std::string& line);

 private:
  void show(const std::string& text);

  bool terminal_;
  std::size_t shown_ = 0;  ///< characters of the progress line
  std::shared_ptr<spdlog::logger> screen_;
  std::shared_ptr<spdlog::logger> file_;
};

}  // namespace evonas::cli
