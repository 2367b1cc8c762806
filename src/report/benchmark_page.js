// The page of a benchmark: algorithms compared over many seeds, by their regret on a table with a
// known optimum, or by the best that they found where none is known.

/** What is compared, in words. */
function comparedBy(data) {
  return data.optimum_known ? "regret" : "best found";
}

/** What is needed to the optimum: for half of the seeds, and below it for nine in ten. */
function neededToOptimum(half, nineInTen) {
  if (half === null) return "not within the budget";
  return [formatNumber(half, 3),
          element("span", { class: "interval" }, nineInTen === null
            ? "not nine in ten" : `${formatNumber(nineInTen, 3)} for nine in ten`)];
}

/** Evaluations to the optimum, for one seed in ten too. */
function evaluationsToOptimum(curve) {
  const oneInTen = curve.evaluations_to_optimum_10;
  return [neededToOptimum(curve.median_evaluations_to_optimum, curve.evaluations_to_optimum_90),
          oneInTen === null ? null : element("span", { class: "interval" },
                                             `${formatNumber(oneInTen, 3)} for one in ten`)].flat();
}

/** The columns of the simulated clock, where there is one. */
function clockColumns(data) {
  if (!data.cost) return [];
  const what = data.clock === "wall" ? "wall time" : "training";
  return [
    ...(data.optimum_known ? [{
      title: `${what === "training" ? "training seconds" : what} to the optimum`, number: true,
      key: ({ clock }) => clock.median_seconds_to_optimum,
      content: ({ clock }) =>
        neededToOptimum(clock.median_seconds_to_optimum, clock.seconds_to_optimum_90) }] : []),
    { title: `${what} of a search`, number: true, key: ({ clock }) => clock.training_seconds,
      content: ({ clock }) => formatDuration(clock.training_seconds) },
  ];
}

/** What an algorithm has at one budget, which may lie behind the end of its searches. */
function budgetContent(data, budget) {
  if (!budget) return "–";
  const digits = data.optimum_known ? 3 : 5;
  const median = formatNumber(budget.regret_median, digits);
  const quartiles = budget.regret_quartiles.map((value) => formatNumber(value, digits)).join(" to ");
  const below = (text) => element("span", { class: "interval" }, text);
  if (!data.optimum_known) return [median, below(quartiles)];
  return [`${formatNumber(budget.regret_mean, 3)} ± ${formatNumber(budget.regret_std, 2)}`,
          below(`median ${median} (${quartiles})`),
          below(`${formatNumber(100 * budget.at_optimum, 3)} % at the optimum`)];
}

/** What the figures of the table are. */
function tableNote(data, compared) {
  const figures = data.optimum_known
    ? "Regret: distance of the best network found from the best of the table; mean ± standard "
      + "deviation over seeds, below it median and quartiles. To the optimum: median over seeds."
    : `Best ${data.metric.name} found: median and quartiles over seeds.`;
  const end = data.evaluations ? `${localeText(data.evaluations)} evaluations`
    : `${localeText(data.seconds)} s of ${data.clock === "wall" ? "wall time" : "training"}`;
  const training = data.cost
    ? ` ${data.clock === "wall" ? "Wall time: what a search took, and" : "Training:"} the sum of ${data.cost} over `
      + "evaluations, as if they ran one after the other." : "";
  const chance = compared
    ? ` p: how likely chance alone sets what searches have after ${end} (or where they end before) as `
      + `far apart from what those of ${data.against} have`
      + `${data.against === data.best_algorithm ? ", which is best in the mean" : ""} `
      + "(Wilcoxon's signed-rank test over seeds, two-sided, with Holm's correction)." : "";
  return figures + training + chance;
}

function regretTable(data) {
  const budgets = data.curves.reduce(
    (most, curve) => (curve.budgets.length > most.length ? curve.budgets : most), []);
  const shorter = data.curves.some((curve) => curve.budgets.length < budgets.length);
  const compared = data.curves.some((curve) => curve.p_against !== null);
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
      content: evaluationsToOptimum }]
      : []),
    ...(shorter || !data.optimum_known ? [{
      title: "evaluations of a search", number: true, key: (curve) => curve.evaluations,
      content: (curve) => localeText(curve.evaluations) }] : []),
    ...clockColumns(data),
    { title: "engine seconds", number: true, key: (curve) => curve.engine_seconds,
      content: (curve) => formatNumber(curve.engine_seconds, 3) },
    ...(compared ? [{
      title: `p against ${data.against}`, number: true,
      key: (curve) => curve.p_against,
      content: (curve) => formatNumber(curve.p_against, 2) }] : []),
  ];
  return section("Results", {}, table("Results", columns, data.curves),
                 element("p", { class: "note" }, tableNote(data, compared)));
}

/** A column of what is published, for what `value` gives of it. */
function publishedColumn(title, value) {
  return { title, number: true, key: value, content: (searches) => formatNumber(value(searches)) };
}

function publishedSearchesTable(data) {
  if (data.published.length === 0) return null;
  const { published } = data;
  const budgets = (of) => [...new Set(published.flatMap(({ regrets }) => regrets.map(of)))]
    .filter((budget) => budget > 0).sort((a, b) => a - b);
  const regretAt = (of, budget) => (searches) =>
    searches.regrets.find((regret) => of(regret) === budget)?.mean ?? null;
  const evaluations = (regret) => regret.evaluations;
  const seconds = (regret) => regret.seconds;
  const needed = [["evaluations to the optimum", (row) => row.median_evaluations_to_optimum],
                  ["for nine in ten", (row) => row.evaluations_to_optimum_90]];
  return section(
    "Published figures", { class: "long" },
    table("Published figures", [
      { title: "algorithm, source", text: true, key: ({ label }) => label,
        content: ({ label, source }) => [label, element("span", { class: "interval" }, source)] },
      ...budgets(evaluations).map((budget) =>
        publishedColumn(`regret at ${budget}`, regretAt(evaluations, budget))),
      ...budgets(seconds).map((budget) =>
        publishedColumn(`regret at ${localeText(budget)} s`, regretAt(seconds, budget))),
      ...needed.filter(([, value]) => published.some((row) => value(row) !== null))
        .map(([title, value]) => publishedColumn(title, value)),
    ], published),
    element("p", { class: "note" },
            "Figures of others, not of these searches: means of regret, and medians of evaluations to the "
            + "optimum, over seeds of their own."));
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
      ? regretChart(data, overEvaluations(data))
      : element("p", { class: "lead" }, "No algorithm was run.")),
    clockRan(data)
      ? section(`${what} over training time`, {},
                regretChart(data, overTraining(data))) : null,
    optimumIsFound(data)
      ? section("Share of seeds without the optimum", {}, survivalChart(data)) : null,
    anyExpects(data)
      ? section("Expected and measured order", {}, tauCurvesChart(data),
                element("p", { class: "note" },
                        "Kendall tau of what a predictor expected of the last 25 evaluations, noted before "
                        + "each, and what was measured: median over seeds, with quartiles.")) : null,
    regretTable(data),
    publishedSearchesTable(data),
    data.curves.some(({ times }) => times !== null)
      ? section("Where the time of a search went", {}, ...timeBars(data)) : null,
    ...provenance(data.configuration, data.host),
  ];
}
