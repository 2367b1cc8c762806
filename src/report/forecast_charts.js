// What a guided search expected of architectures, against what was measured of them afterwards.

/** Expected against measured, each with the interval that should hold nine values in ten. */
function forecastChart(run, metric) {
  return chart(`expected and measured ${metric.name}`, () => {
    const members = run.evaluations.filter((e) => e.forecast?.metrics[metric.name] !== undefined
      && e.metrics[metric.name] !== undefined);
    const expected = members.map((e) => e.forecast.metrics[metric.name]);
    const measured = members.map((e) => e.metrics[metric.name]);
    const reach = (side) => members.map((e, i) => {
      const interval = e.forecast.intervals[metric.name];
      return interval ? Math.abs(interval[side] - expected[i]) : 0;
    });
    const range = paddedRange(measured);
    return {
      traces: [
        { type: "scatter", mode: "lines", name: "as expected", x: range, y: range, hoverinfo: "skip",
          line: { width: 1.3, dash: "dash", color: colour("muted") } },
        { type: "scatter", mode: "markers", name: "evaluated", x: measured, y: expected,
          text: members.map((e, i) => `${hoverText(run, e)}<br>expected ${formatMetric(expected[i])}`
            + ` (${formatInterval(e.forecast.intervals[metric.name])})`),
          hoverinfo: "text",
          error_y: { type: "data", symmetric: false, array: reach(1), arrayminus: reach(0),
                     thickness: 1, width: 0, color: colour("point") },
          marker: { size: 6, color: colour("accent"), opacity: 0.85 } },
      ],
      layout: {
        xaxis: axis(`measured ${metricLabel(metric)}`, { range }),
        yaxis: axis(`expected ${metricLabel(metric)}`, { range: paddedRange([...expected, ...measured]) }),
      },
    };
  });
}

/** Those of the points that no other is better than in both objectives, along the first. */
function nondominated(points, xObjective, yObjective) {
  const signs = [xObjective, yObjective].map((o) => (o.goal === "minimize" ? 1 : -1));
  const cost = (point, i) => signs[i] * point[i];
  let least = Infinity;
  return [...points].sort((a, b) => cost(a, 0) - cost(b, 0) || cost(a, 1) - cost(b, 1))
    .filter((point) => {
      const better = cost(point, 1) < least;
      if (better) least = cost(point, 1);
      return better;
    });
}

/** The front as it was expected and as it was found, of the evaluations that were forecast. */
function forecastFrontChart(run) {
  const [yObjective, xObjective] = run.objectives;
  return chart("expected and measured front", () => {
    const members = run.evaluations.filter((e) => !e.failure && e.feasible && e.forecast);
    const objectives = [xObjective, yObjective];
    const measured = members.map((e) => objectives.map((o) => e.metrics[o.metric]));
    // What is known of every candidate needs no forecast.
    const expected = members.map((e) => objectives.map((o) => e.forecast.metrics[o.metric]
                                                              ?? e.metrics[o.metric]));
    const text = members.map((e) => hoverText(run, e));
    const points = (name, all, symbol) => ({
      type: "scatter", mode: "markers", name, x: all.map((p) => p[0]), y: all.map((p) => p[1]), text,
      hoverinfo: "text", marker: { size: 6, symbol, color: colour("accent"), opacity: 0.8 },
    });
    const line = (name, all, dash) => {
      const front = nondominated(all, xObjective, yObjective);
      return { type: "scatter", mode: "lines", name, x: front.map((p) => p[0]),
               y: front.map((p) => p[1]), hoverinfo: "skip",
               line: { shape: "hv", width: 2, dash, color: colour("accent") } };
    };
    const links = { type: "scatter", mode: "lines", showlegend: false, hoverinfo: "skip",
                    x: members.flatMap((e, i) => [expected[i][0], measured[i][0], null]),
                    y: members.flatMap((e, i) => [expected[i][1], measured[i][1], null]),
                    line: { width: 0.7, color: colour("muted") } };
    const range = (i) => paddedRange([...measured, ...expected].map((p) => p[i]));
    return {
      traces: [links, points("expected", expected, "circle-open"), points("measured", measured, "circle"),
               line("expected front", expected, "dash"), line("measured front", measured, "solid")],
      layout: {
        xaxis: axis(axisTitle(xObjective, xObjective.goal), { range: range(0) }),
        yaxis: axis(axisTitle(yObjective, yObjective.goal), { range: range(1) }),
      },
    };
  });
}

function runningTauChart(run) {
  return chart("Kendall tau of expected values", () => ({
    traces: run.forecasts.filter((quality) => quality.running_tau.length > 0).map((quality, i) => ({
      type: "scatter", mode: "lines+markers", name: quality.metric,
      x: quality.running_tau.map((p) => p.evaluations), y: quality.running_tau.map((p) => p.value),
      line: { width: 2.2, color: run.forecasts.length === 1 ? colour("accent") : seriesColour(i) },
      hovertemplate: "%{y:.3f} after %{x} evaluations<extra></extra>",
    })),
    layout: {
      showlegend: run.forecasts.length > 1,
      xaxis: axis("evaluations", { rangemode: "tozero" }),
      yaxis: axis("Kendall tau of the last 25", { range: [-1.02, 1.02] }),
    },
  }));
}

function forecasts(run) {
  if (run.forecasts.length === 0) return null;
  const text = run.forecasts.map((quality) =>
    `${quality.metric}: ${plural(quality.count, "evaluation")}, Kendall tau `
    + `${formatShort(quality.kendall_tau)}, ${formatNumber(100 * quality.covered, 3)} % within the `
    + "interval that should hold 90 %").join("; ");
  return section(
    "Expected and measured", {},
    element("div", { class: "columns" },
            ...run.forecasts.map((quality) => forecastChart(run, metricOf(run, quality.metric))),
            run.objectives.length === 2 ? forecastFrontChart(run) : null,
            runningTauChart(run)),
    element("p", { class: "note" }, `${text}. What is expected was noted before the evaluation.`));
}
