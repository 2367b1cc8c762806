// The page of compared fronts: algorithms with several objectives, over many seeds, by the
// hypervolume of what they found.

/** A budget in words, of evaluations or of seconds. */
function budgetText(evaluations, seconds) {
  return evaluations > 0 ? plural(evaluations, "evaluation") : `${localeText(seconds)} s of training`;
}

/** How likely chance alone makes what a test saw. */
function chanceText(test) {
  return [formatNumber(test.p, 2),
          element("span", { class: "interval" }, test.p < 0.05 ? "differs" : "not told apart")];
}

/** Whether shorter searches of one algorithm reach what longer ones of another have. */
function reachTiles(data) {
  return data.tests.filter((test) => test.evaluations !== test.other_evaluations).map((test) => tile(
    `${test.algorithm} after ${localeText(test.evaluations)} has at least what ${test.other} has after `
      + localeText(test.other_evaluations),
    localeText(test.larger + test.equal), `of ${plural(data.seeds, "seed")}`,
    `median difference ${formatVolume(data, test.median_difference)}, p ${formatNumber(test.p, 2)}`));
}

function volumeTable(data) {
  const rows = data.algorithms.flatMap(({ algorithm, budgets }, i) =>
    budgets.map((budget) => ({ algorithm, i, ...budget })));
  const format = (volume) => formatVolume(data, volume);
  return section(
    "Hypervolume at each budget", { class: "long" },
    table("Hypervolume at each budget", [
      { title: "algorithm", key: (row) => row.algorithm, content: (row) => [
        element("span", { class: "swatch", style: `background: var(--series-${row.i % 8})` }),
        row.algorithm] },
      { title: "after", number: true, key: (row) => row.evaluations || row.seconds,
        content: (row) => budgetText(row.evaluations, row.seconds) },
      { title: volumeTitle(data), number: true, key: (row) => row.mean,
        content: (row) => `${format(row.mean)} ± ${format(row.std)}` },
      { title: "median", number: true, key: (row) => row.median, content: (row) => [
        format(row.median),
        element("span", { class: "interval" }, row.quartiles.map(format).join(" to "))] },
      { title: "lowest", number: true, key: (row) => row.lowest, content: (row) => format(row.lowest) },
    ], rows),
    element("p", { class: "note" },
            "Of all that a search has evaluated up to the budget: mean ± standard deviation, median "
            + `and quartiles over ${plural(data.seeds, "seed")}.`));
}

function testTable(data) {
  if (data.tests.length === 0) return null;
  return section(
    "Whose hypervolume is larger", { class: "long" },
    table("Whose hypervolume is larger", [
      { title: "first", key: (test) => test.algorithm, content: (test) =>
        `${test.algorithm} after ${budgetText(test.evaluations, test.seconds)}` },
      { title: "second", key: (test) => test.other, content: (test) =>
        `${test.other} after ${budgetText(test.other_evaluations, test.seconds)}` },
      ...["larger", "equal", "smaller"].map((title) => ({
        title, number: true, key: (test) => test[title], content: (test) => localeText(test[title]) })),
      { title: "median difference", number: true, key: (test) => test.median_difference,
        content: (test) => formatVolume(data, test.median_difference) },
      { title: "p", number: true, key: (test) => test.p, content: chanceText },
    ], data.tests),
    element("p", { class: "note" },
            `Larger, equal, smaller: with how many of ${plural(data.seeds, "seed")} the first has the `
            + "larger hypervolume, and so on. Difference: of the first from the second. p: how likely "
            + "chance alone sets them as far apart (Wilcoxon's signed-rank test over seeds, two-sided, "
            + "with Holm's correction for all rows); differs: below 0.05."));
}

function dominanceTable(data) {
  if (data.comparisons.length === 0) return null;
  const number = (title, name) => ({ title, number: true, key: (row) => row[name],
                                     content: (row) => threeDigits(row[name]) });
  return section(
    "Whose fronts dominate whose", { class: "long" },
    table("Whose fronts dominate whose", [
      { title: "front of", key: (row) => row.algorithm, content: (row) => row.algorithm },
      { title: "against that of", key: (row) => row.other, content: (row) => row.other },
      number("dominates it", "dominates"), number("covers of it", "covers"),
    ], data.comparisons),
    element("p", { class: "note" },
            "Fronts at the end of searches. Dominates: share of pairs of searches in which each member "
            + "of the other front is equalled or surpassed in every objective. Covers: the share of its "
            + "members that are, mean over pairs."));
}

function costTable(data) {
  const timed = data.algorithms.some((algorithm) => algorithm.training_seconds !== null);
  const number = (title, name, content) => ({ title, number: true, key: (row) => row[name],
                                              content: (row) => content(row[name]) });
  return section(
    "What a search took", {},
    table("What a search took", [
      { title: "algorithm", key: (row) => row.algorithm, content: (row) => row.algorithm },
      number("evaluations", "evaluations", (value) => formatNumber(value, 5)),
      number("evaluations a second", "evaluations_per_second",
             (value) => (typeof value === "number" ? localeText(Math.round(value)) : "–")),
      ...(timed ? [number(data.clock === "wall" ? "wall time" : "training", "training_seconds", formatDuration)] : []),
    ], data.algorithms),
    data.searches_at_once > 1
      ? element("p", { class: "note" },
                `Up to ${data.searches_at_once} searches shared the cores: evaluations a second are `
                + "not those of a search alone.")
      : null);
}

function knownText(data) {
  const upTo = data.objectives.map(({ name }, i) => `${name} ${formatNumber(data.reference_point[i], 6)}`)
    .join(", ");
  const known = data.front_known
    ? `The exact front of the table has ${plural(data.exact_front.length, "member")} and the hypervolume `
      + `${formatNumber(data.hypervolume, 6)}`
    : "No exact front is known";
  return `${known}. Hypervolumes count up to ${upTo}.`;
}

function frontsPage(data) {
  const some = data.algorithms.length > 0;
  const clocked = data.algorithms.some(({ clock }) => clock?.moments.length > 0);
  const title = data.front_known ? "Share of the exact hypervolume" : "Hypervolume";
  return [
    element("header", {},
            element("h1", {}, data.name),
            element("p", { class: "lead" },
                    `${plural(data.algorithms.length, "algorithm")} on ${data.space}, `
                    + `${plural(data.seeds, "seed")} each: ${data.objectives
                      .map(({ name, goal }) => `${goal} ${name}`).join(", ")}.`),
            element("p", { class: "note" }, knownText(data))),
    element("div", { class: "tiles" }, reachTiles(data)),
    section(`${title} over evaluations: median and quartiles`, {}, some
      ? volumeChart(data, volumeOverEvaluations())
      : element("p", { class: "lead" }, "No algorithm was run.")),
    clocked
      ? section(`${title} over training time`, {}, volumeChart(data, volumeOverTraining())) : null,
    some && data.objectives.length === 2
      ? section("Fronts at the end of the searches with seed 1", {}, frontsChart(data)) : null,
    some ? volumeTable(data) : null,
    testTable(data),
    dominanceTable(data),
    some ? costTable(data) : null,
    ...provenance(data.configuration, data.host),
  ];
}
