// The page of a benchmark: algorithms compared over many seeds on a table with a known optimum.

/**
 * Regret on a logarithmic axis; where a curve is 0 it runs along the bottom. `over` says what it is
 * drawn over: {name, title, hover, curve(algorithm)} with curves of {x, lower, median, upper}.
 */
function regretChart(data, over) {
  return chart(`median regret over ${over.name}, with quartiles`, () => {
    const curves = data.curves.map(over.curve);
    const regrets = curves.flatMap((curve) => [...curve.lower, ...curve.median, ...curve.upper]);
    const positive = regrets.filter((value) => value > 0);
    const [smallest, largest] = positive.length > 0 ? extremes(positive) : [1e-3, 1];
    const floor = 10 ** Math.floor(Math.log10(smallest) - 0.3);
    const onAxis = (values) => values.map((value) => Math.max(value, floor));
    const traces = curves.flatMap(({ x, lower, median, upper }, i) => {
      const name = plain(data.curves[i].algorithm);
      return [
        { type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()],
          y: onAxis([...upper, ...[...lower].reverse()]), fill: "toself",
          fillcolor: seriesColour(i), opacity: 0.14, line: { width: 0 }, hoverinfo: "skip",
          showlegend: false, legendgroup: name },
        { type: "scatter", mode: "lines", x, y: onAxis(median), name, legendgroup: name,
          line: { width: 2.2, color: seriesColour(i) },
          text: median.map((value) => formatNumber(value, 3)),
          hovertemplate: `%{text} after %{x${over.hover}} ${over.name}<extra>${name}</extra>` },
      ];
    });
    const exponents = [];
    for (let e = Math.log10(floor) + 1; e <= Math.ceil(Math.log10(largest)); ++e) exponents.push(e);
    const ticks = exponents.map((e) => 10 ** e);
    const reaches = regrets.some((value) => value === 0);
    return {
      traces,
      layout: {
        xaxis: axis(over.title, { rangemode: "tozero" }),
        yaxis: axis(`regret${data.metric.unit ? `, ${data.metric.unit}` : ""} (lower is better)`, {
          type: "log",
          range: [Math.log10(floor) - 0.02, Math.log10(largest) + 0.1],
          tickvals: [...(reaches ? [floor] : []), ...ticks],
          ticktext: [...(reaches ? ["0"] : []), ...ticks.map((tick) => formatNumber(tick))],
        }),
      },
    };
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
    { title: "training seconds to the optimum", number: true,
      key: ({ clock }) => clock.median_seconds_to_optimum,
      content: ({ clock }) =>
        neededToOptimum(clock.median_seconds_to_optimum, clock.seconds_to_optimum_90) },
    { title: "training of a search", number: true, key: ({ clock }) => clock.training_seconds,
      content: ({ clock }) => formatDuration(clock.training_seconds) },
  ];
}

function regretTable(data) {
  const budgets = data.curves[0]?.budgets ?? [];
  const compared = data.curves.some((curve) => curve.p_against_best !== null);
  const columns = [
    { title: "algorithm", key: (curve) => curve.algorithm, content: (curve) => [
      element("span", { class: "swatch",
                        style: `background: var(--series-${data.curves.indexOf(curve) % 8})` }),
      curve.algorithm] },
    ...budgets.map(({ evaluations, seconds }, i) => ({
      title: `regret at ${evaluations || `${localeText(seconds)} s`}`, number: true,
      key: (curve) => curve.budgets[i]?.regret_mean,
      content: (curve) => {
        const budget = curve.budgets[i];
        if (!budget) return "–";
        const share = `${formatNumber(100 * budget.at_optimum, 3)} % at the optimum`;
        return [`${formatNumber(budget.regret_mean, 3)} ± ${formatNumber(budget.regret_std, 2)}`,
                element("span", { class: "interval" }, share)];
      } })),
    { title: "evaluations to the optimum", number: true,
      key: (curve) => curve.median_evaluations_to_optimum,
      content: (curve) =>
        neededToOptimum(curve.median_evaluations_to_optimum, curve.evaluations_to_optimum_90) },
    ...clockColumns(data),
    { title: "engine seconds", number: true, key: (curve) => curve.engine_seconds,
      content: (curve) => formatNumber(curve.engine_seconds, 3) },
    ...(compared ? [{
      title: `p against ${data.best_algorithm}`, number: true,
      key: (curve) => curve.p_against_best,
      content: (curve) => formatNumber(curve.p_against_best, 2) }] : []),
  ];
  const end = data.evaluations ? `${localeText(data.evaluations)} evaluations`
    : `${localeText(data.seconds)} s of training`;
  return section(
    "Results", {}, table("Results", columns, data.curves),
    element("p", { class: "note" },
            "Regret: distance of the best network found from the best of the table; mean ± standard "
            + "deviation over seeds. To the optimum: median over seeds."
            + (data.cost ? ` Training: the sum of ${data.cost} over evaluations, as if they ran one `
               + "after the other." : "")
            + (compared ? ` p: how likely chance alone sets the regrets after `
               + `${end} as far apart from those of `
               + `${data.best_algorithm}, which has the lowest mean (Wilcoxon's signed-rank test `
               + "over seeds, two-sided, with Holm's correction)." : "")));
}

function benchmarkPage(data) {
  return [
    element("header", {},
            element("h1", {}, data.name),
            element("p", { class: "lead" },
                    `${plural(data.curves.length, "algorithm")} on ${data.space}, `
                    + `${plural(data.seeds, "seed")} each.`),
            element("p", { class: "note" },
                    `Optimum: ${data.metric.name} ${formatNumber(data.optimum, 6)} with `,
                    element("code", {}, data.optimum_architecture))),
    element("div", { class: "tiles" }),
    section(`Regret in ${data.metric.name}: median and quartiles`, {}, data.curves.length > 0
      ? regretChart(data, overEvaluations())
      : element("p", { class: "lead" }, "No algorithm was run.")),
    clockRan(data)
      ? section(`Regret in ${data.metric.name} over training time`, {},
                regretChart(data, overTraining(data))) : null,
    optimumIsFound(data)
      ? section("Share of seeds without the optimum", {}, survivalChart(data)) : null,
    regretTable(data),
    ...provenance(data.configuration, data.host),
  ];
}
