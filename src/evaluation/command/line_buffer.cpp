#include "evaluation/command/line_buffer.hpp"

#include <algorithm>

namespace evonas::evaluation::command {

void LineBuffer::append(std::string_view bytes) {
  bytes_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  bytes_.append(bytes);
}

std::optional<std::string> LineBuffer::next() {
  const std::size_t end = bytes_.find('\n', scanned_);
  scanned_ = std::min(end, bytes_.size());
  if (end == std::string::npos || overflows()) return std::nullopt;
  std::string line = bytes_.substr(begin_, end - begin_);
  begin_ = scanned_ = end + 1;
  return line;
}

bool LineBuffer::overflows() const { return scanned_ - begin_ > limit_; }

}  // namespace evonas::evaluation::command
