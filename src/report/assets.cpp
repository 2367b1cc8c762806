#include "report/assets.hpp"

#include <initializer_list>

// Names of the assembler file.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char evonas_report_page_begin[], evonas_report_page_end[];
extern const char evonas_report_theme_begin[], evonas_report_theme_end[];
extern const char evonas_report_style_begin[], evonas_report_style_end[];
extern const char evonas_report_print_begin[], evonas_report_print_end[];
extern const char evonas_report_elements_begin[], evonas_report_elements_end[];
extern const char evonas_report_bars_begin[], evonas_report_bars_end[];
extern const char evonas_report_charts_begin[], evonas_report_charts_end[];
extern const char evonas_report_forecast_charts_begin[], evonas_report_forecast_charts_end[];
extern const char evonas_report_breakdown_begin[], evonas_report_breakdown_end[];
extern const char evonas_report_lineage_begin[], evonas_report_lineage_end[];
extern const char evonas_report_gene_importance_begin[], evonas_report_gene_importance_end[];
extern const char evonas_report_search_page_begin[], evonas_report_search_page_end[];
extern const char evonas_report_benchmark_charts_begin[], evonas_report_benchmark_charts_end[];
extern const char evonas_report_benchmark_page_begin[], evonas_report_benchmark_page_end[];
extern const char evonas_report_front_charts_begin[], evonas_report_front_charts_end[];
extern const char evonas_report_fronts_page_begin[], evonas_report_fronts_page_end[];
extern const char evonas_report_predictor_charts_begin[], evonas_report_predictor_charts_end[];
extern const char evonas_report_predictor_difference_charts_begin[],
    evonas_report_predictor_difference_charts_end[];
extern const char evonas_report_predictors_page_begin[], evonas_report_predictors_page_end[];
extern const char evonas_report_main_begin[], evonas_report_main_end[];
extern const char evonas_report_plotly_begin[], evonas_report_plotly_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace evonas::report {
namespace {

std::string joined(std::initializer_list<std::string_view> files) {
  std::string text;
  for (const std::string_view file : files) text += file;
  return text;
}

}  // namespace

Assets assets() {
  return {
      .page = {evonas_report_page_begin, evonas_report_page_end},
      .plotly = {evonas_report_plotly_begin, evonas_report_plotly_end},
      .style = joined({{evonas_report_theme_begin, evonas_report_theme_end},
                       {evonas_report_style_begin, evonas_report_style_end},
                       {evonas_report_print_begin, evonas_report_print_end}}),
      .scripts = joined({{evonas_report_elements_begin, evonas_report_elements_end},
                         {evonas_report_bars_begin, evonas_report_bars_end},
                         {evonas_report_charts_begin, evonas_report_charts_end},
                         {evonas_report_forecast_charts_begin, evonas_report_forecast_charts_end},
                         {evonas_report_breakdown_begin, evonas_report_breakdown_end},
                         {evonas_report_lineage_begin, evonas_report_lineage_end},
                         {evonas_report_gene_importance_begin, evonas_report_gene_importance_end},
                         {evonas_report_search_page_begin, evonas_report_search_page_end},
                         {evonas_report_benchmark_charts_begin, evonas_report_benchmark_charts_end},
                         {evonas_report_benchmark_page_begin, evonas_report_benchmark_page_end},
                         {evonas_report_front_charts_begin, evonas_report_front_charts_end},
                         {evonas_report_fronts_page_begin, evonas_report_fronts_page_end},
                         {evonas_report_predictor_charts_begin, evonas_report_predictor_charts_end},
                         {evonas_report_predictor_difference_charts_begin,
                          evonas_report_predictor_difference_charts_end},
                         {evonas_report_predictors_page_begin, evonas_report_predictors_page_end},
                         {evonas_report_main_begin, evonas_report_main_end}})};
}

}  // namespace evonas::report
