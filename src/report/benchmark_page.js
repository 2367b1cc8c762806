// The page of a benchmark: algorithms compared over many seeds, by their regret on a table with a
// known optimum, or by the best that they found where none is known.

/** What is compared, in words. */
function comparedBy(data) {
  return data.optimum_known ? "regret" : "best found";
}

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

/**
 * Regret, or the best value found. `over` says what it is drawn over: {name, title, hover,
 * curve(algorithm)} with curves of {x, lower, median, upper}.
 */
function regretChart(data, over) {
  return chart(`median ${comparedBy(data)} over ${over.name}, with quartiles`, () => {
    const curves = data.curves.map(over.curve);
    const values = curves.flatMap((curve) => [...curve.lower, ...curve.median, ...curve.upper]);
    const title = `${data.optimum_known ? "regret" : data.metric.name}`
      + (data.metric.unit ? `, ${data.metric.unit}` : "");
    const { onAxis, yaxis } = data.optimum_known
      ? regretAxis(title, values) : { onAxis: (same) => same, yaxis: axis(title) };
    const traces = curves.flatMap(({ x, lower, median, upper }, i) => {
      const name = plain(data.curves[i].algorithm);
      return [
        { type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()],
          y: onAxis([...upper, ...[...lower].reverse()]), fill: "toself",
          fillcolor: seriesColour(i), opacity: 0.14, line: { width: 0 }, hoverinfo: "skip",
          showlegend: false, legendgroup: name },
        { type: "scatter", mode: "lines", x, y: onAxis(median), name, legendgroup: name,
          line: { width: 2.2, color: seriesColour(i) },
          text: median.map((value) => formatNumber(value, data.optimum_known ? 3 : 5)),
          hovertemplate: `%{text} after %{x${over.hover}} ${over.name}<extra>${name}</extra>` },
      ];
    });
    return { traces, layout: { xaxis: axis(over.title, { rangemode: "tozero" }), yaxis } };
  }, "chart tall");
}

/** What regretChart() draws over evaluations. */
function overEvaluations() {
  return { name: "evaluations", title: "evaluations", hover: "",
           curve: (algorithm) => ({ ...algorithm, x: algorithm.median.map((_, n) => n + 1) }) };
}

/** What it draws over the simulated clock, in hours where that goes on for more than two. */
function overTraining(data) {
  const last = Math.max(...data.curves.map(({ clock }) => clock.seconds.at(-1) ?? 0));
  const [name, scale] = last > 7200 ? ["hours of training", 3600] : ["seconds of training", 1];
  return { name, title: `${name}, one after the other`, hover: ":.4~g",
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
  return chart("share of seeds without the optimum over evaluations", () => ({
    traces: data.curves.map((curve, i) => {
      const shares = [1, ...curve.without_optimum];
      const name = plain(curve.algorithm);
      return {
        type: "scatter", mode: "lines", x: shares.map((_, n) => n), y: shares, name,
        line: { shape: "hv", width: 2.2, color: seriesColour(i) },
        text: shares.map((share) => `${formatNumber(100 * share, 3)} %`),
        hovertemplate: `%{text} without it after %{x} evaluations<extra>${name}</extra>`,
      };
    }),
    layout: {
      xaxis: axis("evaluations", { rangemode: "tozero" }),
      yaxis: axis("share of seeds (lower is better)", { range: [-0.02, 1.02] }),
    },
  }));
}

/** What is needed to the optimum: for half of the seeds, and below it for nine in ten. */
function neededToOptimum(half, nineInTen) {
  if (half === null) return "not within the budget";
  return [formatNumber(half, 3),
          element("span", { class: "interval" }, nineInTen === null
            ? "not nine in ten" : `${formatNumber(nineInTen, 3)} for nine in ten`)];
}

/** The columns of the simulated clock, where there is one. */
function clockColumns(data) {
  if (!data.cost) return [];
  return [
    ...(data.optimum_known ? [{
      title: "training seconds to the optimum", number: true,
      key: ({ clock }) => clock.median_seconds_to_optimum,
      content: ({ clock }) =>
        neededToOptimum(clock.median_seconds_to_optimum, clock.seconds_to_optimum_90) }] : []),
    { title: "training of a search", number: true, key: ({ clock }) => clock.training_seconds,
      content: ({ clock }) => formatDuration(clock.training_seconds) },
  ];
}

/** What an algorithm has at one budget, which may lie behind the end of its searches. */
function budgetContent(data, budget) {
  if (!budget) return "–";
  if (!data.optimum_known) {
    const quartiles = budget.regret_quartiles.map((value) => formatNumber(value, 5)).join(" to ");
    return [formatNumber(budget.regret_median, 5), element("span", { class: "interval" }, quartiles)];
  }
  const share = `${formatNumber(100 * budget.at_optimum, 3)} % at the optimum`;
  return [`${formatNumber(budget.regret_mean, 3)} ± ${formatNumber(budget.regret_std, 2)}`,
          element("span", { class: "interval" }, share)];
}

/** What the figures of the table are. */
function tableNote(data, compared) {
  const figures = data.optimum_known
    ? "Regret: distance of the best network found from the best of the table; mean ± standard "
      + "deviation over seeds. To the optimum: median over seeds."
    : `Best ${data.metric.name} found: median and quartiles over seeds.`;
  const end = data.evaluations ? `${localeText(data.evaluations)} evaluations`
    : `${localeText(data.seconds)} s of training`;
  const training = data.cost
    ? ` Training: the sum of ${data.cost} over evaluations, as if they ran one after the other.` : "";
  const chance = compared
    ? ` p: how likely chance alone sets what searches have after ${end} (or where they end before) as `
      + `far apart from what those of ${data.best_algorithm} have, which is best in the mean `
      + "(Wilcoxon's signed-rank test over seeds, two-sided, with Holm's correction)." : "";
  return figures + training + chance;
}

function regretTable(data) {
  const budgets = data.curves.reduce(
    (most, curve) => (curve.budgets.length > most.length ? curve.budgets : most), []);
  const shorter = data.curves.some((curve) => curve.budgets.length < budgets.length);
  const compared = data.curves.some((curve) => curve.p_against_best !== null);
  const columns = [
    { title: "algorithm", key: (curve) => curve.algorithm, content: (curve) => [
      element("span", { class: "swatch",
                        style: `background: var(--series-${data.curves.indexOf(curve) % 8})` }),
      curve.algorithm] },
    ...budgets.map(({ evaluations, seconds }, i) => ({
      title: `${comparedBy(data)} at ${evaluations || `${localeText(seconds)} s`}`, number: true,
      key: (curve) => (data.optimum_known ? curve.budgets[i]?.regret_mean
        : curve.budgets[i]?.regret_median),
      content: (curve) => budgetContent(data, curve.budgets[i]) })),
    ...(data.optimum_known ? [{
      title: "evaluations to the optimum", number: true,
      key: (curve) => curve.median_evaluations_to_optimum,
      content: (curve) =>
        neededToOptimum(curve.median_evaluations_to_optimum, curve.evaluations_to_optimum_90) }]
      : []),
    ...(shorter || !data.optimum_known ? [{
      title: "evaluations of a search", number: true, key: (curve) => curve.evaluations,
      content: (curve) => localeText(curve.evaluations) }] : []),
    ...clockColumns(data),
    { title: "engine seconds", number: true, key: (curve) => curve.engine_seconds,
      content: (curve) => formatNumber(curve.engine_seconds, 3) },
    ...(compared ? [{
      title: `p against ${data.best_algorithm}`, number: true,
      key: (curve) => curve.p_against_best,
      content: (curve) => formatNumber(curve.p_against_best, 2) }] : []),
  ];
  return section("Results", {}, table("Results", columns, data.curves),
                 element("p", { class: "note" }, tableNote(data, compared)));
}

function benchmarkPage(data) {
  const what = `${data.optimum_known ? "Regret in" : "Best"} ${data.metric.name}`
    + (data.optimum_known ? "" : " found");
  return [
    element("header", {},
            element("h1", {}, data.name),
            element("p", { class: "lead" },
                    `${plural(data.curves.length, "algorithm")} on ${data.space}, `
                    + `${plural(data.seeds, "seed")} each.`),
            element("p", { class: "note" },
                    ...(data.optimum_known
                      ? [`Optimum: ${data.metric.name} ${formatNumber(data.optimum, 6)} with `,
                         element("code", {}, data.optimum_architecture)]
                      : [`No optimum is known. The best that any search found: ${data.metric.name} `
                         + formatNumber(data.optimum, 6)]))),
    element("div", { class: "tiles" }),
    section(`${what}: median and quartiles`, {}, data.curves.length > 0
      ? regretChart(data, overEvaluations())
      : element("p", { class: "lead" }, "No algorithm was run.")),
    clockRan(data)
      ? section(`${what} over training time`, {},
                regretChart(data, overTraining(data))) : null,
    optimumIsFound(data)
      ? section("Share of seeds without the optimum", {}, survivalChart(data)) : null,
    regretTable(data),
    ...provenance(data.configuration, data.host),
  ];
}
