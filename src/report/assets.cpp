#include "report/assets.hpp"

extern "C" {
extern const char evonas_report_page_begin[], evonas_report_page_end[];
extern const char evonas_report_style_begin[], evonas_report_style_end[];
extern const char evonas_report_elements_begin[], evonas_report_elements_end[];
extern const char evonas_report_charts_begin[], evonas_report_charts_end[];
extern const char evonas_report_search_page_begin[], evonas_report_search_page_end[];
extern const char evonas_report_benchmark_page_begin[], evonas_report_benchmark_page_end[];
extern const char evonas_report_main_begin[], evonas_report_main_end[];
extern const char evonas_report_plotly_begin[], evonas_report_plotly_end[];
}

namespace evonas::report {

Assets assets() {
  Assets assets{{evonas_report_page_begin, evonas_report_page_end},
                {evonas_report_style_begin, evonas_report_style_end},
                {evonas_report_plotly_begin, evonas_report_plotly_end},
                {}};
  for (const std::string_view script :
       {std::string_view(evonas_report_elements_begin, evonas_report_elements_end),
        std::string_view(evonas_report_charts_begin, evonas_report_charts_end),
        std::string_view(evonas_report_search_page_begin, evonas_report_search_page_end),
        std::string_view(evonas_report_benchmark_page_begin, evonas_report_benchmark_page_end),
        std::string_view(evonas_report_main_begin, evonas_report_main_end)}) {
    assets.scripts += script;
  }
  return assets;
}

}  // namespace evonas::report
