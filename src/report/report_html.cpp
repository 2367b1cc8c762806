#include <map>
#include <string_view>

#include <fmt/format.h>

#include "report/assets.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
namespace {

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

/// JSON that may stand in a script element: "<" is only ever part of a string there, and as its
/// escape it can neither end the element nor begin a comment.
std::string script_safe(const nlohmann::json& data) {
  const std::string plain = data.dump();
  std::string safe;
  safe.reserve(plain.size() + plain.size() / 16);
  for (const char c : plain) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string title(const nlohmann::json& data) {
  if (data.at("kind") != "search") return data.at("name").get<std::string>();
  const nlohmann::json& runs = data.at("runs");
  if (runs.size() == 1) return runs.at(0).at("name").get<std::string>();
  return fmt::format("{} runs compared", runs.size());
}

/// Puts `values` where the template names them, in one pass: what is put in is not read again.
std::string filled(std::string_view page, const std::map<std::string_view, std::string>& values) {
  std::string html;
  for (;;) {
    const std::size_t open = page.find("{{");
    const std::size_t close = page.find("}}", open);
    if (open == std::string_view::npos || close == std::string_view::npos) return html += page;
    html += page.substr(0, open);
    html += values.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
}

}  // namespace

std::string report_html(const nlohmann::json& data) {
  const Assets parts = assets();
  try {
    return filled(parts.page, {{"title", escaped(title(data)) + " - evonas"},
                               {"style", parts.style},
                               {"data", script_safe(data)},
                               {"plotly", std::string(parts.plotly)},
                               {"scripts", parts.scripts}});
  } catch (const nlohmann::json::exception& error) {
    throw ReportError(fmt::format(
        "the page cannot be drawn from this data ({}); give it what report_json() returns",
        error.what()));
  }
}

}  // namespace evonas::report
