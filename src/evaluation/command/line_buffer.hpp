#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace evonas::evaluation::command {

/// Cuts a stream of bytes, which arrives in pieces, into lines.
class LineBuffer {
 public:
  /// `limit` is the length of the longest line in bytes, its end not counted.
  explicit LineBuffer(std::size_t limit) : limit_(limit) {}

  void append(std::string_view bytes);

  /// The next whole line without its end, once; nothing where none is there yet.
  std::optional<std::string> next();

  /// Whether the line that comes next, whole or not, is longer than the limit. Nothing more can be
  /// taken out then.
  bool overflows() const;

  /// What has arrived of a line that is not whole yet.
  std::string_view rest() const { return std::string_view(bytes_).substr(begin_); }

 private:
  std::size_t limit_;
  std::string bytes_;
  std::size_t begin_ = 0;    ///< of the next line
  std::size_t scanned_ = 0;  ///< no line ends between begin_ and this
};

}  // namespace evonas::evaluation::command
