#pragma once

#include <filesystem>
#include <string_view>

namespace evonas::evaluation {

/// What names of tables that evonas carries begin with, where others are names of files:
/// "builtin:nasbench201_fashion_mnist".
inline constexpr std::string_view kBuiltinTable = "builtin:";

/// Writes the table of that name into a new table file. Throws EvaluationError where there is none
/// (naming those there are) and where the file cannot be written.
void write_builtin_table(std::string_view name, const std::filesystem::path& out);

}  // namespace evonas::evaluation
