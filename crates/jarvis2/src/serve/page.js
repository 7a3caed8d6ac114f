// The page: asks for /api/now once an interval and draws. It loads nothing else, and writes text only as text.
"use strict";

const KEPT = 300;
const COLOURS = ["#2b7bd0", "#d9731a", "#2f9e6e", "#a55fc4", "#8a8a2b", "#c2476d"];
const at = (id) => document.getElementById(id);
let points = [];
let lost = 0;

function make(tag, text, kind) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  return node;
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return count.toFixed(unit ? 1 : 0) + " " + units[unit];
}

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e7) return (value / 1e6).toFixed(1) + "M";
  if (size >= 1e4) return (value / 1e3).toFixed(1) + "k";
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return size >= 1 ? value.toFixed(1) : value.toFixed(4);
}

function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return whole + " s";
  if (whole < 3600) return Math.floor(whole / 60) + " min " + String(whole % 60).padStart(2, "0") + " s";
  return Math.floor(whole / 3600) + " h " + String(Math.floor(whole % 3600 / 60)).padStart(2, "0") + " min";
}

function table(node, rows) {
  node.replaceChildren(...rows.map(([name, value]) => {
    const row = make("tr");
    row.append(make("th", name), make("td", value, value.startsWith("n/a") ? "soft" : undefined));
    return row;
  }));
}

function running(now) {
  const boxes = now.running.map((work) => {
    const box = make("div", undefined, "work");
    const head = make("div");
    head.append(make("strong", work.command), make("span",
      "  process " + work.pid + ", for " + span((now.at_ms - work.since_ms) / 1000) + ": " + work.phase));
    box.append(head);
    if (work.silent) box.append(make("div", "no word for " + span((now.at_ms - work.written_ms) / 1000), "bad"));
    const bar = make("progress");
    if (work.done !== null) bar.value = work.done;
    box.append(bar);
    const parts = [];
    if (work.done !== null) parts.push((100 * work.done).toFixed(0) + " %");
    if (work.left_seconds !== null) parts.push(span(work.left_seconds) + " left in this phase");
    for (const count of work.counts) {
      parts.push(short(count.count) + " " + count.what +
        (count.per_second === null ? "" : " (" + short(count.per_second) + "/s)"));
    }
    for (const figure of work.figures) parts.push(figure.what + " " + short(figure.value));
    if (work.message) parts.push(work.message);
    box.append(make("div", parts.join(" · "), "soft"));
    for (const one of work.kernels) {
      const time = one.launch_us === null ? ", time n/a (the device tells none)"
        : " of " + one.launch_us.toFixed(1) + " us (" + short(one.timed) + " timed)";
      box.append(make("div", "GPU " + one.kernel + ": " + short(one.launches) + " launches" + time + " on " + one.device, "soft"));
    }
    return box;
  });
  at("running").replaceChildren(...(boxes.length ? boxes : [make("p", "Nothing is at work.", "soft")]));
}

function memory(now) {
  const held = now.memory;
  const rows = held.holdings.map((one) => [one.command + " " + one.pid, one.component, bytes(one.bytes)]);
  rows.push(["", "reserved in all", bytes(held.reserved_bytes)]);
  rows.push(["", "budget (" + held.budget_origin + ")", bytes(held.budget_bytes)]);
  const node = make("table");
  node.append(...rows.map((row) => {
    const line = make("tr");
    line.append(make("th", row[0]), make("td", row[1]), make("td", row[2], "number"));
    return line;
  }));
  at("memory").replaceChildren(node);
}

function plans(now) {
  if (!now.plans.length) {
    at("plans").replaceChildren(make("p", now.plans_missing ? "n/a (" + now.plans_missing + ")" : "No plan was kept yet.", "soft"));
    return;
  }
  const node = make("table");
  const head = make("tr");
  for (const name of ["decision", "day", "symbol", "outcome", "action", "worth over holding, $", "made", "report"]) {
    head.append(make("th", name));
  }
  node.append(head, ...now.plans.map((plan) => {
    const row = make("tr");
    row.append(make("td", String(plan.id)), make("td", plan.as_of), make("td", plan.symbol), make("td", plan.outcome),
      make("td", plan.action + (plan.synthetic ? "  (SYNTHETIC)" : "")),
      make("td", plan.worth_usd === null ? "n/a" : plan.worth_usd.toFixed(2), "number"), make("td", plan.made_at));
    const link = make("td");
    if (plan.report) {
      const anchor = make("a", "open");
      anchor.href = plan.report;
      link.append(anchor);
    }
    row.append(link);
    return row;
  }));
  at("plans").replaceChildren(node);
}

// Which lines share a chart, and how they read.
const percent = (value) => (100 * value).toFixed(0) + " %";
const GROUPS = [
  { title: "Processor", test: (name) => name === "cpu" || name.startsWith("cpu "), top: 1, text: percent },
  { title: "Memory in use", test: (name) => name === "memory", top: 1, text: percent },
  { title: "Graphics", test: (name) => name.startsWith("gpu "), top: 1, text: percent },
  { title: "Heat", test: (name) => name === "heat", top: 100, text: (value) => value.toFixed(0) + " C" },
  { title: "Phase done", test: (name) => name.startsWith("done "), top: 1, text: percent },
  { title: "Per second", test: (name) => name.startsWith("rate "), top: 0, text: short },
];

function charts() {
  const names = [...new Set(points.flatMap((point) => Object.keys(point.values)))].sort();
  for (const group of GROUPS) {
    const mine = names.filter(group.test);
    let figure = group.figure;
    if (!mine.length) {
      if (figure) { figure.remove(); group.figure = undefined; }
      continue;
    }
    if (!figure) {
      figure = group.figure = make("figure");
      figure.dataset.title = group.title;
      figure.append(make("figcaption"), make("canvas"));
    }
    // In the order of the groups, whenever they come.
    at("charts").append(figure);
    draw(group, mine.slice(-COLOURS.length), figure);
  }
}

function draw(group, names, figure) {
  const [caption, canvas] = figure.children;
  const last = points[points.length - 1];
  caption.replaceChildren(make("strong", group.title), ...names.map((name, index) => {
    const value = last.values[name];
    const label = make("span", name.replace(/^(done|rate) /, "") + " " + (value === undefined ? "n/a" : group.text(value)));
    label.style.color = COLOURS[index];
    return label;
  }));
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const values = points.flatMap((point) => names.map((name) => point.values[name]).filter((value) => value !== undefined));
  const top = group.top || Math.max(...values, 1e-9) * 1.1;
  const x = (index) => width * (1 - (points.length - 1 - index) / (KEPT - 1));
  const y = (value) => height - 2 - (height - 14) * Math.min(value / top, 1);
  pen.strokeStyle = "#8886";
  pen.fillStyle = "#888";
  pen.font = "10px sans-serif";
  for (const part of [0, 0.5, 1]) {
    pen.beginPath();
    pen.moveTo(0, y(part * top));
    pen.lineTo(width, y(part * top));
    pen.stroke();
    pen.fillText(group.text(part * top), 2, y(part * top) - 2);
  }
  names.forEach((name, index) => {
    pen.strokeStyle = COLOURS[index];
    pen.lineWidth = 1.5;
    pen.beginPath();
    let drawn = false;
    points.forEach((point, place) => {
      const value = point.values[name];
      // A gap in what is known is a gap in the line.
      if (value === undefined) { drawn = false; return; }
      if (drawn) pen.lineTo(x(place), y(value)); else pen.moveTo(x(place), y(value));
      drawn = true;
    });
    pen.stroke();
  });
  figure.dataset.points = String(values.length);
  figure.dataset.last = names.map((name) => last.values[name] ?? "n/a").join(" ");
}

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error("answered " + answer.status);
  return answer.json();
}

async function round() {
  let wait = 1000;
  try {
    if (!points.length || lost) points = await ask("/api/history");
    const now = await ask("/api/now");
    wait = now.interval_ms;
    const newest = points.length ? points[points.length - 1].at_ms : 0;
    if (now.point && now.point.at_ms > newest) points.push(now.point);
    points = points.slice(-KEPT);
    lost = 0;
    running(now);
    memory(now);
    plans(now);
    table(at("sensors"), now.sensors);
    table(at("machine"), now.machine);
    at("notes").replaceChildren(...now.notes.map((text) => make("li", text)));
    at("notes").parentElement.hidden = !now.notes.length;
    if (points.length) charts();
    at("state").className = "";
    at("state").textContent = new Date(now.at_ms).toLocaleTimeString() + ", every " + now.interval_ms / 1000 + " s, version " + now.version;
  } catch (error) {
    lost += 1;
    at("state").className = "lost";
    at("state").textContent = "no answer (" + error.message + "); what stands here is old";
  }
  setTimeout(round, wait);
}

round();
