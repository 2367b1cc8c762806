// The page of compared predictors: how well each ranks architectures it has not learnt from.

function calibration(data, largest) {
  const rows = largest.filter((row) => row.held.length > 0);
  const silent = largest.filter((row) => row.held.length === 0).map((row) => row.model);
  if (rows.length === 0) return null;
  return section(
    `Intervals, ${localeText(rows[0].train)} labels`, {}, calibrationChart(rows, data),
    element("p", { class: "note" },
            "Above the line intervals are too wide, below it too narrow."
            + (silent.length > 0 ? ` Without intervals: ${silent.join(", ")}.` : "")));
}

function predictedAndTrue(data, largest) {
  const rows = largest.filter((row) => row.values.length > 0);
  if (rows.length === 0) return [];
  const range = focusedRange(rows[0].values, [], []);
  return [element("div", { class: "columns narrow" }, rows.map((row) => section(
    `${row.model}: predicted and true`, {}, predictedChart(row, data, range),
    element("p", { class: "note" }, `${plural(row.values.length, "architecture")} of one split, `
      + `${localeText(row.train)} labels.`))))];
}

function architectureMap(data) {
  const { places, source } = data.map;
  if (places.length === 0) return null;
  return section(
    "Map of architectures", {}, mapChart(data),
    element("p", { class: "note" },
            `${plural(places.length, "architecture")} along the two directions in which they differ `
            + `most, by ${source}. Colour: ${metricLabel(data.metric)}, from the lowest to the highest `
            + "twentieth. No predictor has seen a label here."));
}

/** How a row stands to the best of as many labels. */
function comparisonText(row) {
  if (row.best) return "best";
  if (row.p_against_best === null) return "–";
  return [formatNumber(row.p_against_best, 2),
          element("span", { class: "interval" },
                  row.p_against_best < 0.05 ? "differs" : "not told apart")];
}

function figuresTable(data) {
  const { rows } = data;
  const compared = rows.some((row) => row.p_against_best !== null);
  const tested = data.test_metric !== "";
  const relative = rows.some((row) => row.mape !== null);
  const figure = (title, name) => ({ title, number: true, key: (row) => row[name]?.mean,
                                     content: (row) => figureText(row[name]) });
  const number = (title, name, content) => ({ title, number: true, key: (row) => row[name], content });
  const columns = [
    { title: "model", key: (row) => row.model, content: (row) => [
      element("span", { class: "swatch",
                        style: `background: var(--series-${data.models.indexOf(row.model) % 8})` }),
      row.model] },
    number("labels", "train", (row) => localeText(row.train)),
    figure(`tau, ${data.metric.name}`, "tau"),
    ...(tested ? [figure(`tau, ${data.test_metric}`, "test_tau")] : []),
    ...(relative ? [figure("MAPE, %", "mape"), figure("within 10 %, %", "within10")] : []),
    ...(compared ? [number("p against best", "p_against_best", comparisonText)] : []),
    figure("tau, best 10 %", "top10_tau"),
    figure("90 % intervals hold", "coverage90"),
    figure("rho of deviations", "deviation_rho"),
    number("fit", "fit_seconds", (row) => formatDuration(row.fit_seconds)),
    number("scored a second", "architectures_per_second",
           (row) => localeText(Math.round(row.architectures_per_second))),
    number("parameters", "parameters", (row) => localeText(row.parameters)),
    number("seeds", "seeds", (row) => localeText(row.seeds)),
  ];
  const [fewest] = extremes(rows.map((row) => row.seeds));
  return section(
    "All figures", { class: "long" },
    table("All figures", columns, rows, (row) => (row.best ? "best" : undefined)),
    element("p", { class: "note" },
            "Mean ± standard deviation over seeds; shaded: the highest mean tau of each number of "
            + "labels. Rho: how expected deviations rank true errors."
            + (compared ? " p: how likely chance alone sets the taus as far apart from those of the "
               + "best (Wilcoxon's signed-rank test over seeds, two-sided, with Holm's correction for "
               + `all predictors with as many labels); differs: below 0.05. With ${fewest} seeds no p `
               + `can be below ${formatNumber(2 ** (1 - fewest), 3)}, before the correction.` : "")));
}

/** How all differ from one of them, paired by seed. */
function differences(data) {
  const rows = data.rows.filter((row) => row.difference);
  if (rows.length === 0) return [];
  const against = data.against;
  const column = (title, name) => ({
    title, number: true, key: (row) => row[name].mean,
    content: (row) => [differenceText(row[name]),
                       element("span", { class: "interval" },
                               row[name].p < 0.05 ? "differs" : "not told apart")] });
  const [fewest] = extremes(rows.map((row) => row.seeds));
  return [
    section(`tau less that of ${against}`, {}, differenceChart(data, "difference"),
            element("p", { class: "note" },
                    "Means over seeds, which choose the same labels for all, with 95 % intervals.")),
    section(
      `Differences from ${against}`, { class: "long" },
      table(`Differences from ${against}`, [
        { title: "model", key: (row) => row.model, content: (row) => row.model },
        { title: "labels", number: true, key: (row) => row.train,
          content: (row) => localeText(row.train) },
        column("tau", "difference"), column("tau, best 10 %", "top10_difference"),
      ], rows),
      element("p", { class: "note" },
              "Mean difference over seeds and its 95 % interval (Student's t of the differences); p: "
              + "Wilcoxon's signed-rank test over seeds, two-sided, with Holm's correction for all "
              + `predictors with as many labels. With ${fewest} seeds no p can be below `
              + `${formatNumber(2 ** (1 - fewest), 3)}, before the correction.`)),
  ];
}

function learningCurves(data, largest) {
  const rows = largest.filter((row) => row.learning_curve.length > 0);
  if (rows.length === 0) return [];
  return [element("div", { class: "columns narrow" }, rows.map((row) => section(
    `${row.model}: learning curve`, {}, learningChart(row, data),
    element("p", { class: "note" }, `One split, ${localeText(row.train)} labels.`))))];
}

function publishedTable(data) {
  if (data.published.length === 0) return null;
  return section(
    "Published figures", { class: "long" },
    table("Published figures", [
      { title: "predictor", key: (point) => point.label, content: (point) => point.label },
      { title: "labels", number: true, key: (point) => point.size,
        content: (point) => localeText(point.size) },
      { title: "tau", number: true, key: (point) => point.tau,
        content: (point) => threeDigits(point.tau) },
      { title: "source", text: true, key: (point) => point.source, content: (point) => point.source },
    ], data.published),
    element("p", { class: "note" },
            "As the sources give them, mostly with splits of their own: another choice of labels, and "
            + "often a test that includes those. They say where the field is, not who wins by a hair."));
}

/** The best predictor of each number of labels. */
function predictorTiles(data) {
  return sizesOf(data).map((size) => {
    const best = data.rows.filter((row) => row.train === size)
      .reduce((a, b) => (b.tau.mean > a.tau.mean ? b : a));
    return tile(`tau with ${data.metric.name}, ${plural(size, "label")}`, threeDigits(best.tau.mean), "",
                [best.model, deviationText(best.tau)].filter(Boolean).join(", "));
  });
}

function predictorsPage(data) {
  const [, most] = extremes(data.rows.map((row) => row.train));
  const largest = data.rows.filter((row) => row.train === most);
  const tested = data.test_metric !== "";
  const chosen = data.split === "first" ? "the first of the table"
    : data.split === "random" ? "drawn anew for each seed"
      : "drawn anew for each seed from all families but the one that is tested";
  const ceiling = (tau) => (tau === null ? null : { tau, name: "noise ceiling" });
  const limits = {
    tau: ceiling(data.ceiling),
    top10_tau: ceiling(data.top10_ceiling),
    test_tau: data.labels_test_tau === null ? null
      : { tau: data.labels_test_tau, name: "the labels learnt themselves" },
  };
  const taus = (figure, metric, isMain) => section(
    `Kendall tau with ${metric}`, {}, tauChart(data, figure, metric, isMain, limits[figure]),
    isMain ? null : element("p", { class: "note" }, "Lines as above."),
    limits[figure]?.name !== "noise ceiling" ? null : element(
      "p", { class: "note" },
      `Noise ceiling: a predictor that knew the mean of endlessly many trainings would have a tau of `
      + `${threeDigits(limits[figure].tau)} with these labels, by how far seeds are apart.`));
  return [
    element("header", {},
            element("h1", {}, data.name),
            element("p", { class: "lead" },
                    `${plural(data.models.length, "predictor")} on ${data.space}: all learn `
                    + `${data.metric.name} from the same labels, ${chosen}, and are tested on `
                    + "architectures that they have not learnt from "
                    + `(${localeText(data.architectures)} in all).`)),
    element("div", { class: "tiles" }, predictorTiles(data)),
    tested ? taus("test_tau", data.test_metric, true) : taus("tau", data.metric.name, true),
    element("div", { class: "columns" },
            tested ? taus("tau", data.metric.name, false) : null,
            taus("top10_tau", `${data.metric.name}, best 10 %`, false), calibration(data, largest)),
    ...differences(data),
    figuresTable(data),
    ...predictedAndTrue(data, largest),
    ...learningCurves(data, largest),
    architectureMap(data),
    publishedTable(data),
    ...provenance(data.configuration, data.host),
  ];
}
