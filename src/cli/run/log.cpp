#include "cli/run/log.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/run/atomic_file.hpp"

namespace evonas::cli {
namespace {

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Log::Log(const std::filesystem::path& file, bool shown)
    : terminal_(shown && isatty(STDERR_FILENO) == 1) {
  try {
    file_ = std::make_shared<spdlog::logger>(
        "file", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string()));
  } catch (const spdlog::spdlog_ex& error) {
    throw FileError(fmt::format("{} cannot be written: {}", file.string(), error.what()));
  }
  file_->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  file_->set_level(spdlog::level::debug);
  file_->flush_on(spdlog::level::info);
  // A full disk must not end a search whose store is safe; the store says so itself.
  file_->set_error_handler([](const std::string&) {});
  screen_ = std::make_shared<spdlog::logger>(
      "screen", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  screen_->set_pattern(terminal_ ? "%v" : "%H:%M:%S %v");
  if (!shown) screen_->set_level(spdlog::level::off);
}

Log::~Log() { progress(""); }

void Log::info(const std::string& text) {
  show(text);
  file_->info(text);
}

void Log::warn(const std::string& text) {
  show("warning: " + text);
  file_->warn(text);
}

void Log::detail(const std::string& text) { file_->debug(text); }

void Log::note(const std::string& text) { file_->info(text); }

void Log::progress(const std::string& line) {
  if (!terminal_ || (line.empty() && shown_ == 0)) return;
  const std::string cut = line.substr(0, terminal_width() - 1);
  fmt::print(stderr, "\r{}\x1b[K{}", cut, line.empty() ? "\r" : "");
  std::fflush(stderr);
  shown_ = cut.size();
}

void Log::show(const std::string& text) {
  progress("");
  screen_->info(text);
}

}  // namespace evonas::cli
