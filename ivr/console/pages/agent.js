// The agent's page: shows the newest view that the desk sends, and sends back what the agent decides.
// Text from callers only ever becomes text nodes.

const REASONS = {
  asked: "asked for a person",
  plan: "this is for a person",
  not_understood: "was not understood by the line",
  not_known: "asked something the line does not know",
  distress: "words of distress were heard",
  line_failed: "the line failed; what was said before stands below",
};
const ALERTS = {
  distress: "Words of distress",
  vulnerable: "Vulnerable: the caller's record says so",
  failed_before: "The last calls from this number failed, too",
  person_first: "Has asked to be put through to a person first",
};
const NOTHING_KNOWN = "the line failed: nothing more is known about this call";
const WITHDRAWN = {
  no_answer: "You did not answer in time; the call went on.",
  answered_elsewhere: "Somebody else answered the call.",
  caller_gone: "The caller hung up before you could answer.",
  stopped: "The call no longer rings for you.",
};
const BADGES = { ringing: "Ringing", talking: "On the line", wrap_up: "After the call" };
const STATES = { available: "available", pause: "paused", sign_off: "signed_off" };
const SESSION_OVER = 4001;
const CONNECT_DEADLINE_MS = 5000;
const LONGEST_PAUSE_MS = 4000; // between attempts to connect: a phone that rings meanwhile still rings then

const $ = (id) => document.getElementById(id);
const cards = new Map(); // call id → the card on the page; kept as long as the call is, so that a note is not lost
const answers = new Map(); // command id → what to do with its answer
let socket = null;
let view = null;
let clock_offset_s = 0;
let lost_at_s = null;
let tries = 0;
let last_id = 0;
let announced = "";

// ---- small words -------------------------------------------------------------------------------------------------

const now_s = () => Date.now() / 1000 + clock_offset_s;
const minutes = (s) => `${Math.floor(Math.max(s, 0) / 60)}:${String(Math.floor(Math.max(s, 0) % 60)).padStart(2, "0")}`;
const clock_time = (s) => new Date((s - clock_offset_s) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const plain = (name) => name.replaceAll("_", " ");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const surely = (c) => (c >= 0.8 ? "sure" : c >= 0.55 ? "fairly sure" : "unsure");

function make(tag, text = "", name = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

function confidence(value) {
  const mark = make("span", `${Math.round(value * 100)} % · ${surely(value)}`, "confidence");
  mark.dataset.sure = surely(value);
  return mark;
}

// A text that counts up from `since`; the ticking below keeps it right.
function counting(element, since) {
  if (since === null) delete element.dataset.since;
  else element.dataset.since = since;
  tick_one(element);
}

function tick_one(element) {
  if (element.dataset.since) element.textContent = minutes(now_s() - Number(element.dataset.since));
}

// ---- one call ----------------------------------------------------------------------------------------------------

function who(pop) {
  if (pop.caller.name) return pop.caller.name;
  return pop.caller.withheld ? "Number withheld" : pop.caller.number;
}

function why(pop) {
  if (pop.reason === "line_failed" && pop.transcript.length === 0) return NOTHING_KNOWN;
  return Object.hasOwn(REASONS, pop.reason) ? REASONS[pop.reason] : plain(pop.reason); // else the plan's own words
}

function fill_list(section, items, row) {
  section.hidden = items.length === 0;
  section.querySelector("ul, ol, dl").replaceChildren(...items.map(row));
}

function fact_row(fact) {
  const row = make("div");
  const value = make("dd", fact.value);
  value.append(" ", confidence(fact.confidence));
  row.append(make("dt", capital(plain(fact.name))), value);
  return row;
}

// How sure it is who calls: a word for its colour, and a sentence.
function identity_of(pop) {
  const { level, by, failed, locked } = pop.identity;
  const how = by.split(", ").filter((name) => name && name !== "number").map(plain).join(" and ");
  const known = {
    none: ["unsure", "Not known."],
    number: ["fairly sure", "Known by the number only, which can be forged: ask before you say anything personal."],
    knowledge: ["sure", `Identified by ${how}.`],
    pin: ["sure", `Identified by ${how}.`],
  }[level];
  const trouble = locked ? " The check is locked after failures." : failed > 0 ? ` Failed the check ${failed === 1 ? "once" : `${failed} times`}.` : "";
  return { sure: known[0], text: known[1] + trouble };
}

function source_of(said) {
  return [plain(said.source), said.as_of, said.old ? "old" : ""].filter(Boolean).join(", ");
}

function record_row(field) {
  const row = make("div", "", field.conflict ? "conflict" : "");
  const value = make("dd");
  if (field.used) value.append(field.used.value, " ", make("span", source_of(field.used), "hint"));
  for (const other of field.others.filter((said) => said.differs || said.somebody_else)) {
    const kind = other.somebody_else ? "for somebody else" : "contradicts";
    const line = make("p", `${other.value} `, "other");
    line.append(make("span", `${kind}: ${source_of(other)}`, "hint"));
    value.append(line);
  }
  row.append(make("dt", capital(plain(field.name))), value);
  return row;
}

function answer_row(answer) {
  const row = make("li", answer.title || answer.article, answer.heard_to_end ? "whole" : "part");
  const heard = answer.heard_to_end ? "heard to the end" : "cut short";
  const judged = { true: ", helped", false: ", did not help" }[answer.helped] ?? "";
  row.append(" ", make("span", heard + judged, "hint"));
  return row;
}

const FATES = { sent: "sent", later: "not sent yet", failed: "could not be sent", too_many: "not sent: too many" };

function letter_row(letter) {
  const row = make("li", capital(plain(letter.about)));
  row.append(" ", make("span", `${letter.by === "sms" ? "text" : "e-mail"}, ${FATES[letter.fate] ?? "perhaps sent"}`, "hint"));
  return row;
}

function said_row(line) {
  const row = make("li", "", line.speaker);
  const head = make("span", `${line.speaker === "caller" ? "Caller" : "Helpline"} ${minutes(line.at_s)}`, "speaker");
  if (line.confidence !== null && line.confidence < 0.8) head.append(" ", confidence(line.confidence));
  row.append(head, make("p", line.text));
  return row;
}

function alert_row(alert) {
  const row = make("li", ALERTS[alert.kind] ?? capital(plain(alert.kind)));
  if (alert.text) row.append(make("q", alert.text));
  return row;
}

function new_card(item) {
  const card = $("pop-template").content.firstElementChild.cloneNode(true);
  const find = (name) => card.querySelector(name);
  const pop = item.pop;
  find(".name").textContent = who(pop);
  find(".name").id = `name-${item.call_id}`;
  card.setAttribute("aria-labelledby", find(".name").id);
  fill_list(find(".alerts"), pop.alerts ?? [], alert_row);
  find(".number").textContent = pop.caller.name ? (pop.caller.number ?? "Number withheld") : "No name known";
  find(".why").textContent = capital(why(pop));
  card.classList.toggle("unexplained", pop.reason === "line_failed");
  if (pop.intent) find(".intent").append(make("strong", capital(plain(pop.intent.name))), " ", confidence(pop.intent.confidence));
  else find(".intent").textContent = "not known";
  find(".queue").textContent = capital(plain(pop.queue));
  const identity = identity_of(pop);
  find(".identity p").textContent = identity.text;
  find(".identity p").dataset.sure = identity.sure;
  find(".identity").hidden = pop.identity.level === "none" && pop.identity.failed === 0 && !pop.identity.locked;
  fill_list(find(".record"), pop.record, record_row);
  fill_list(find(".told"), pop.facts, fact_row);
  fill_list(find(".answers"), pop.answers_heard, answer_row);
  fill_list(find(".letters"), pop.letters ?? [], letter_row);
  fill_list(find(".failures"), pop.failures, (text) => make("li", text));
  fill_list(find(".transcript"), pop.transcript, said_row);
  find(".outcome").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const line = event.target.querySelector(".line");
    const command = { do: "wrap_up", call_id: item.call_id, outcome: form.get("outcome"), note: form.get("note") };
    send(command, (refusal) => (line.textContent = refusal ?? ""));
  });
  return card;
}

function update_card(card, item) {
  card.dataset.state = item.state;
  card.querySelector(".badge").textContent = BADGES[item.state];
  const wait = card.querySelector(".wait");
  const talk = card.querySelector(".talk");
  counting(wait, item.state === "ringing" ? item.rang_at - item.wait_s : null);
  if (item.state !== "ringing") wait.textContent = minutes(item.wait_s);
  talk.parentElement.hidden = item.answered_at === null;
  counting(talk, item.state === "talking" ? item.answered_at : null);
  if (item.ended_at !== null) talk.textContent = minutes(item.ended_at - item.answered_at);
  card.querySelector(".outcome").hidden = item.state !== "wrap_up";
}

function show_pops(pops) {
  const there = new Set(pops.map((item) => item.call_id));
  for (const [id, card] of cards) {
    if (there.has(id)) continue;
    if (card.contains(document.activeElement)) $("calls").focus();
    card.remove();
    cards.delete(id);
  }
  pops.forEach((item, place) => {
    if (!cards.has(item.call_id)) cards.set(item.call_id, new_card(item));
    const card = cards.get(item.call_id);
    update_card(card, item);
    const there_now = $("pops").children[place];
    if (there_now !== card) $("pops").insertBefore(card, there_now ?? null);
    const body = card.querySelector(".transcript ol");
    if (!body.dataset.seen) {
      body.dataset.seen = "yes";
      body.scrollTop = body.scrollHeight; // the end of the conversation matters most
    }
  });
  $("idle").hidden = pops.length > 0;
  announce(pops[0]);
}

function announce(item) {
  const key = item ? `${item.call_id} ${item.state}` : "";
  if (key === announced) return;
  announced = key;
  const about = item?.pop.intent ? `, about ${plain(item.pop.intent.name)}` : "";
  if (item?.state === "ringing") $("announce").textContent = `Incoming call from ${who(item.pop)}${about}.`;
  else if (item?.state === "wrap_up") $("announce").textContent = "The call is over. How did it end?";
  else $("announce").textContent = "";
  document.title = item?.state === "ringing" ? `☎ ${who(item.pop)} – Helpline desk` : "Helpline desk";
}

// ---- the rest of the page ----------------------------------------------------------------------------------------

function waiting_row(caller) {
  const row = make("li");
  const time = make("span", "", "since");
  counting(time, caller.since);
  row.append(make("span", caller.name ?? caller.number ?? "Number withheld", "caller"));
  row.append(make("span", caller.intent ? plain(caller.intent) : "", "hint"), time);
  return row;
}

function show_queues(queues) {
  $("queues").replaceChildren(
    ...queues.map((line) => {
      const block = make("div", "", "queue-line");
      const title = make("h3", `${capital(plain(line.queue))} `);
      title.append(make("span", String(line.callers.length), "count"));
      const list = make("ol");
      list.append(...line.callers.map(waiting_row));
      block.append(title, line.callers.length ? list : make("p", "Nobody waits.", "hint"));
      return block;
    }),
  );
}

function show_presence(presence) {
  for (const button of $("switch").children) {
    button.setAttribute("aria-pressed", String(STATES[button.dataset.do] === presence.state));
  }
  const queues = presence.queues.map(plain).join(" and ");
  const line = {
    available: `Calls from ${queues} come to you.`,
    paused: `No calls come to you${presence.reason ? `: ${presence.reason.toLowerCase()}` : ""}.`,
    signed_off: "You are in no queue.",
  }[presence.state];
  const phone = presence.reachable ? "" : " Your phone is not connected: calls cannot ring.";
  if ($("state-line").textContent !== line + phone) $("state-line").textContent = line + phone;
  $("state-line").classList.toggle("warning", !presence.reachable);
  $("idle-line").textContent = presence.state === "available" ? "The next caller’s details appear here while your phone rings." : "Choose “Available” to take calls.";
}

function show_notice(notice) {
  $("notice").hidden = notice === null;
  if (notice) $("notice").textContent = `${WITHDRAWN[notice.reason]} (${clock_time(notice.at)})`;
}

function show_link() {
  const asterisk_lost = view?.stale_since ?? null;
  const since = lost_at_s ?? asterisk_lost;
  const text = since === null ? (view ? "live" : "connecting …") : `stale since ${clock_time(since)}`;
  $("link").dataset.state = since === null && view ? "live" : "stale";
  if ($("link").textContent !== text) $("link").textContent = text;
  $("stale").hidden = since === null;
  const what = lost_at_s !== null ? "the helpline" : "Asterisk";
  const said = `No connection to ${what} since ${since === null ? "" : clock_time(since)}. What stands here may be out of date; your phone still rings.`;
  if (since !== null && $("stale").textContent !== said) $("stale").textContent = said;
  document.body.classList.toggle("stale", since !== null);
  for (const button of document.querySelectorAll("#switch button, .outcome button")) button.disabled = lost_at_s !== null;
}

function show(fresh) {
  view = fresh;
  clock_offset_s = fresh.at - Date.now() / 1000;
  $("who").textContent = fresh.agent.display_name;
  show_presence(fresh.presence);
  show_pops(fresh.pops);
  show_notice(fresh.notice);
  show_queues(fresh.queues);
  show_link();
}

// ---- the live connection -----------------------------------------------------------------------------------------

function send(command, then) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  last_id += 1;
  answers.set(last_id, then);
  socket.send(JSON.stringify({ ...command, id: last_id }));
}

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/agent/events`);
  const attempt = socket;
  const deadline = setTimeout(() => attempt.close(), CONNECT_DEADLINE_MS);
  socket.addEventListener("open", () => clearTimeout(deadline));
  socket.addEventListener("message", (event) => {
    const data = JSON.parse(event.data);
    if (data.kind === "view") {
      tries = 0;
      lost_at_s = null; // only now: until the first view the page shows what was
      show(data);
    } else if (data.kind === "answer") {
      answers.get(data.id)?.(data.line);
      answers.delete(data.id);
    }
  });
  socket.addEventListener("close", async (event) => {
    clearTimeout(deadline);
    answers.clear();
    $("switch").removeAttribute("aria-busy");
    lost_at_s ??= now_s();
    show_link();
    if (event.code === SESSION_OVER || (await logged_out())) location.assign("/");
    else setTimeout(connect, Math.min(500 * 2 ** tries++, LONGEST_PAUSE_MS));
  });
}

async function logged_out() {
  try {
    const signal = AbortSignal.timeout(CONNECT_DEADLINE_MS);
    return (await fetch("/agent", { redirect: "manual", signal })).type === "opaqueredirect";
  } catch {
    return false; // the helpline is away: it will come back
  }
}

$("switch").addEventListener("click", (event) => {
  const wanted = event.target.closest("button")?.dataset.do;
  if (!wanted) return;
  $("refusal").textContent = "";
  $("switch").setAttribute("aria-busy", "true");
  send({ do: wanted, reason: $("reason").value }, (refusal) => {
    $("switch").removeAttribute("aria-busy");
    $("refusal").textContent = refusal ?? "";
  });
});

// In a narrow window the calls stand above the agent's state, for the eye and for the Tab key alike.
const narrow = matchMedia("(max-width: 46rem)"); // as in style.css
function arrange() {
  $("calls").parentElement[narrow.matches ? "append" : "prepend"](document.querySelector("aside"));
}
narrow.addEventListener("change", arrange);
arrange();

setInterval(() => document.querySelectorAll("[data-since]").forEach(tick_one), 1000);
connect();
