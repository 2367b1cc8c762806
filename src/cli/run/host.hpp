#pragma once

#include <map>
#include <string>

namespace evonas::cli {

/// What a figure of this machine depends on: cpu, cores, memory, system, evonas version and commit.
std::map<std::string, std::string> describe_host();

}  // namespace evonas::cli
