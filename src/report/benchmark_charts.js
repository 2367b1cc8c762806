// Charts of algorithms that are compared over many seeds: regret, what is left without the optimum, how well
// predictors rank, and what time goes to.

/** A logarithmic axis of regrets, and how curves lie on it: those of 0 run along the bottom. */
function regretAxis(title, regrets) {
  const positive = regrets.filter((value) => value > 0);
  const [smallest, largest] = positive.length > 0 ? extremes(positive) : [1e-3, 1];
  const floor = 10 ** Math.floor(Math.log10(smallest) - 0.3);
  const exponents = [];
  for (let e = Math.log10(floor) + 1; e <= Math.ceil(Math.log10(largest)); ++e) exponents.push(e);
  const ticks = exponents.map((e) => 10 ** e);
  const reaches = regrets.some((value) => value === 0);
  return {
    onAxis: (values) => values.map((value) => Math.max(value, floor)),
    yaxis: axis(`${title} (lower is better)`, {
      type: "log",
      range: [Math.log10(floor) - 0.02, Math.log10(largest) + 0.1],
      tickvals: [...(reaches ? [floor] : []), ...ticks],
      ticktext: [...(reaches ? ["0"] : []), ...ticks.map((tick) => formatNumber(tick))],
    }),
  };
}

/** Colour and dashes of the series of an algorithm: both tell more of them apart than there are colours. */
function algorithmLook(i) {
  return { color: seriesColour(i), dash: i < 8 ? "solid" : "dash" };
}

/** A median as a line in its quartiles: `curve` is {x, lower, median, upper}, `i` the algorithm. */
function bandTraces(curve, i, name, hover) {
  const { x, lower, median, upper } = curve;
  return [
    { type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()],
      y: [...upper, ...[...lower].reverse()], fill: "toself", fillcolor: seriesColour(i),
      opacity: 0.14, line: { width: 0 }, hoverinfo: "skip", showlegend: false, legendgroup: name },
    { type: "scatter", mode: "lines", x, y: median, name, legendgroup: name,
      line: { width: 2.2, ...algorithmLook(i) }, ...hover },
  ];
}

/** What is published, one series each: `at(searches)` gives points {x, y, text}. */
function publishedSeries(data, at, line) {
  return data.published.map((searches, i) => {
    const points = at(searches);
    return {
      type: "scatter", mode: line ? "lines+markers" : "markers", x: points.map((point) => point.x),
      y: points.map((point) => point.y), name: `${plain(searches.label)}, published`,
      line: { width: 1, dash: "dot", color: colour("point") },
      marker: { symbol: `${kSymbols[i % kSymbols.length]}-open`, size: 8, color: colour("muted") },
      text: points.map((point) => `<b>${plain(searches.label)}</b>, published<br>${point.text}<br>`
        + wrap(searches.source)),
      hoverinfo: "text",
    };
  }).filter((series) => series.x.length > 0);
}

/**
 * Regret, or the best value found. `over` says what it is drawn over: {name, title, hover,
 * curve(algorithm), last, at(published regret)} with curves of {x, lower, median, upper}; what is
 * published behind the last is left out.
 */
function regretChart(data, over) {
  return chart(`median ${comparedBy(data)} over ${over.name}, with quartiles`, () => {
    const curves = data.curves.map(over.curve);
    const known = (searches) => searches.regrets
      .map((regret) => ({ x: over.at(regret), mean: regret.mean }))
      .filter(({ x }) => x > 0 && x <= over.last);
    const values = [...curves.flatMap((curve) => [...curve.lower, ...curve.median, ...curve.upper]),
                    ...data.published.flatMap(known).map(({ mean }) => mean)];
    const title = `${data.optimum_known ? "regret" : data.metric.name}`
      + (data.metric.unit ? `, ${data.metric.unit}` : "");
    const { onAxis, yaxis } = data.optimum_known
      ? regretAxis(title, values) : { onAxis: (same) => same, yaxis: axis(title) };
    const traces = curves.flatMap(({ x, lower, median, upper }, i) => {
      const name = plain(data.curves[i].algorithm);
      return bandTraces(
        { x, lower: onAxis(lower), median: onAxis(median), upper: onAxis(upper) }, i, name,
        { text: median.map((value) => formatNumber(value, data.optimum_known ? 3 : 5)),
          hovertemplate: `%{text} after %{x${over.hover}} ${over.name}<extra>${name}</extra>` });
    });
    const published = publishedSeries(data, (searches) => known(searches).map(({ x, mean }) => (
      { x, y: onAxis([mean])[0],
        text: `mean ${formatNumber(mean, 3)} after ${formatNumber(x)} ${over.name}` })), true);
    return { traces: [...published, ...traces],
             layout: { xaxis: axis(over.title, { rangemode: "tozero" }), yaxis } };
  }, "chart tall");
}

/** What regretChart() draws over evaluations. */
function overEvaluations(data) {
  return { name: "evaluations", title: "evaluations", hover: "",
           last: Math.max(...data.curves.map(({ median }) => median.length)),
           at: ({ evaluations }) => evaluations,
           curve: (algorithm) => ({ ...algorithm, x: algorithm.median.map((_, n) => n + 1) }) };
}

/** What it draws over the simulated clock, in hours where that goes on for more than two. */
function overTraining(data) {
  const last = Math.max(...data.curves.map(({ clock }) => clock.seconds.at(-1) ?? 0));
  const [name, scale] = last > 7200 ? ["hours of training", 3600] : ["seconds of training", 1];
  return { name, title: `${name}, one after the other`, hover: ":.4~g", last: last / scale,
           at: ({ seconds }) => seconds / scale,
           curve: ({ clock }) => ({ ...clock, x: clock.seconds.map((at) => at / scale) }) };
}

/** Whether the simulated clock has shown anything that curves can be drawn over. */
function clockRan(data) {
  return data.curves.some(({ clock }) => clock?.seconds.length > 0);
}

/** Whether any seed of any algorithm has found the optimum. */
function optimumIsFound(data) {
  return data.curves.some((curve) => curve.without_optimum.at(-1) < 1);
}

/** The share of seeds that are still without the optimum: a step where some of them find it. */
function survivalChart(data) {
  const { last } = overEvaluations(data);
  const shares = (searches) => [[searches.median_evaluations_to_optimum, 0.5, "half"],
                                [searches.evaluations_to_optimum_90, 0.1, "nine in ten"]]
    .filter(([evaluations]) => evaluations !== null && evaluations <= last)
    .map(([x, y, who]) => ({ x, y, text: `${who} at it after ${formatNumber(x)} evaluations` }));
  return chart("share of seeds without the optimum over evaluations", () => ({
    traces: [
      ...publishedSeries(data, shares, false),
      ...data.curves.map((curve, i) => {
        const left = [1, ...curve.without_optimum];
        const name = plain(curve.algorithm);
        return {
          type: "scatter", mode: "lines", x: left.map((_, n) => n), y: left, name,
          line: { shape: "hv", width: 2.2, ...algorithmLook(i) },
          text: left.map((share) => `${formatNumber(100 * share, 3)} %`),
          hovertemplate: `%{text} without it after %{x} evaluations<extra>${name}</extra>`,
        };
      }),
    ],
    layout: {
      xaxis: axis("evaluations", { rangemode: "tozero" }),
      yaxis: axis("share of seeds (lower is better)", { range: [-0.02, 1.02] }),
    },
  }), data.published.length > 0 ? "chart tall" : "chart");
}

/** Whether any algorithm has said what it expects. */
function anyExpects(data) {
  return data.curves.some(({ running_tau: tau }) => tau.evaluations.length > 0);
}

/** How well what algorithms expected ranks what was measured of it afterwards. */
function tauCurvesChart(data) {
  return chart("median running Kendall tau of expected values, with quartiles", () => ({
    traces: data.curves.flatMap(({ algorithm, running_tau: tau }, i) => {
      if (tau.evaluations.length === 0) return [];
      const name = plain(algorithm);
      return bandTraces({ ...tau, x: tau.evaluations }, i, name, {
        hovertemplate: `tau %{y:.3f} after %{x} evaluations<extra>${name}</extra>` });
    }),
    layout: {
      xaxis: axis("evaluations", { rangemode: "tozero" }),
      yaxis: axis("Kendall tau of the last 25 (higher is better)", { range: [-1.02, 1.02] }),
    },
  }));
}

/** What the time of searches went to, a bar for each algorithm. */
function timeBars(data) {
  const timed = data.curves.filter(({ times }) => times !== null);
  const parts = (times) => Object.entries(kTimeParts)
    .map(([key, name]) => ({ name, value: times[key], text: formatDuration(times[key]) }));
  const longest = Object.fromEntries(Object.keys(kTimeParts).map(
    (key) => [key, Math.max(...timed.map(({ times }) => times[key]))]));
  return [
    ...timed.filter(({ engine_seconds: seconds }) => seconds > 0).map(
      ({ algorithm, times, engine_seconds: seconds }) => element(
        "div", { class: "bar-row" },
        element("div", {}, algorithm, " ",
                element("span", { class: "figure" }, formatDuration(seconds))),
        splitBar(algorithm, parts(times)))),
    legend(parts(longest).map((part) => ({ ...part, text: "" }))),
  ];
}
