#pragma once

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

#include "search/problem.hpp"

namespace evonas::search {

/// What went wrong with a run's file, and what to do about it.
SearchError described(const SQLite::Exception& error, const std::filesystem::path& file);

}  // namespace evonas::search
