#pragma once

#include <string>

namespace evonas::tests {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace evonas::tests
