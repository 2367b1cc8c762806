#include "base/json.hpp"

namespace nlohmann::detail {

template class serializer<json>;
template class lexer<json, iterator_input_adapter<std::string::const_iterator>>;
template class parser<json, iterator_input_adapter<std::string::const_iterator>>;
template class lexer<json, iterator_input_adapter<std::string_view::const_iterator>>;
template class parser<json, iterator_input_adapter<std::string_view::const_iterator>>;

}  // namespace nlohmann::detail
