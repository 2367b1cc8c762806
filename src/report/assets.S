#include "base/embed.inc"

        embed evonas_report_page, "page.html"
        embed evonas_report_theme, "theme.css"
        embed evonas_report_style, "page.css"
        embed evonas_report_print, "print.css"
        embed evonas_report_elements, "elements.js"
        embed evonas_report_charts, "charts.js"
        embed evonas_report_forecast_charts, "forecast_charts.js"
        embed evonas_report_search_page, "search_page.js"
        embed evonas_report_benchmark_page, "benchmark_page.js"
        embed evonas_report_main, "page.js"
        embed evonas_report_plotly, EVONAS_PLOTLY_FILE
