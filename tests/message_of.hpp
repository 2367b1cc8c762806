#pragma once

#include <string>

namespace evonas::tests {

/// The message of the exception of type `Error` that `call` throws; empty where it throws none.
template <class Error, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace evonas::tests
