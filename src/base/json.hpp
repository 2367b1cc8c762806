#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

/// nlohmann::json, whose reader and writer are compiled once, in base: in every unit that has them
/// anew they cost seconds.
namespace nlohmann::detail {

extern template class serializer<json>;
extern template class lexer<json, iterator_input_adapter<std::string::const_iterator>>;
extern template class parser<json, iterator_input_adapter<std::string::const_iterator>>;
extern template class lexer<json, iterator_input_adapter<std::string_view::const_iterator>>;
extern template class parser<json, iterator_input_adapter<std::string_view::const_iterator>>;

}  // namespace nlohmann::detail
