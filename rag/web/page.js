// The body of a function: `element` is the page, `server` asks Python, `props` are the settings.
// Law: text of documents and questions enters the page as text nodes only, never as markup.

const find = (selector) => element.querySelector(selector);
const root = find(".onrecord");
const form = find(".asking");
const question = form.elements.question;
const result = find(".result");
const article = find(".article");
const narrow = matchMedia("(max-width: 63.999rem)"); // as in page.css: one column
const FILTERS = ["document", "outlet", "since", "until", "speaker"];

let asking = null; // address of the question on its way; what another one brings is dropped
let opened = 0; // number of the newest article; what an older one brings is dropped
let address = ""; // of the page as it stands: a question and its filters, or nothing
let answer = null;
let opener = null; // the button that opened the article
let returned = null; // promise that the browser is back from the history entry of an article

const REASONS = {
  no_match: "No document has anything to do with the question.",
  not_answered: "Some passages come near the question, but none answers it.",
  filtered_out: "No document about this passes the filters.",
  empty_index: "There are no documents to search.",
};
const LONGEST = 10_000; // characters; no question with its filters has as many, a request may
const TOO_LONG =
  "This is a text, not a question with filters. Shorten it to 2,000 characters or fewer.";
const LOST = "The page lost its connection to On Record. Start it again, then ask again.";
const BEFORE = "Before it: ";
const CHANGED =
  "This document has changed since the answer was given, so nothing is marked in it. Ask again.";

// ---------------------------------------------------------------- text to nodes

// Controls that are invisible or turn the direction of the text after them.
const CONTROL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

// Text as it stands; a control character is kept, but fenced in and labelled.
function verbatim(text) {
  const nodes = document.createDocumentFragment();
  for (const part of text.split(new RegExp(`(${CONTROL.source})`))) {
    if (CONTROL.test(part)) {
      const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      nodes.append(make("span", { class: "control", "data-code": `U+${code}` }, part));
    } else if (part) {
      nodes.append(part);
    }
  }
  return nodes;
}

const isolated = (text) => make("bdi", {}, verbatim(text));

function joined(parts) {
  return parts.flatMap((part, place) => (place ? [" · ", part] : [part]));
}

function counted(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

function longDate(date) {
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return make("time", {}, verbatim(date));
  const words = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  return make("time", { datetime: date }, day.toLocaleDateString("en-GB", words));
}

function webAddress(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

function originalLink(text) {
  const url = webAddress(text);
  if (!url) return isolated(text);
  const link = { href: url.href, target: "_blank", rel: "noopener noreferrer" };
  return make("a", link, `original at ${url.hostname}`);
}

const nameOf = (source) => source.title || source.document;

// Outlet, date and id of a source, as far as they are known.
function particulars(source) {
  const parts = [];
  if (source.outlet) parts.push(isolated(source.outlet));
  if (source.date) parts.push(longDate(source.date));
  if (source.title) parts.push(make("span", { class: "document-id" }, isolated(source.document)));
  if (source.url) parts.push(originalLink(source.url));
  return joined(parts);
}

// ---------------------------------------------------------------- asking

async function ask() {
  const given = asGiven();
  const mine = addressOf(given);
  if (mine === asking) return;
  if (Object.values(given).join("").length > LONGEST) return showFailure(TOO_LONG, true);
  const place = focused();
  busy(mine);
  const reply = await server.ask(given);
  if (mine !== asking) return;
  const stayed = focused() === place && question.value === given.question;
  const waits = stayed || article.contains(focused()); // whose reading ends here
  closeArticle({ focus: false });
  await returned; // or that step back would leave the new answer
  if (mine !== asking) return;
  busy(null);
  if (mine !== address) history.pushState({}, "", (address = mine));
  const found = reply ? JSON.parse(reply) : { error: LOST };
  if (found.error) showFailure(found.error, waits);
  else showAnswer(found, given, waits);
}

function asGiven() {
  const given = { question: question.value };
  for (const name of FILTERS) given[name] = form.elements[name].value.trim();
  return given;
}

// The part of the address that no server is sent; Back, reload and links bring an answer again.
function addressOf({ question: q, ...filters }) {
  const set = Object.entries(filters).filter(([, value]) => value);
  return `#${new URLSearchParams([["q", q], ...set])}`;
}

function fromAddress() {
  opened++; // what is on its way belongs to another answer
  const kept = new URLSearchParams(location.hash.slice(1));
  question.value = kept.get("q") ?? "";
  for (const name of FILTERS) form.elements[name].value = kept.get(name) ?? "";
  showFiltersSet();
  const refused = FILTERS.filter((name) => kept.get(name)?.trim() && !form.elements[name].value);
  if (refused.length) {
    address = location.hash;
    return showFailure(`The address of this page has no date for ${refused.join(" and ")}.`, true);
  }
  if (question.value) history.replaceState({}, "", addressOf(asGiven()));
  address = location.hash;
  if (question.value) ask();
  else showNothing("start");
}

// Whoever went on, to the next question or elsewhere, keeps their place.
const focused = () => root.getRootNode().activeElement;

function busy(wanted) {
  asking = wanted;
  const now = asking !== null;
  result.setAttribute("aria-busy", now);
  root.classList.toggle("busy", now);
  find(".ask").textContent = now ? "Searching…" : "Ask";
  if (now) {
    say("Searching…");
    find(".failure").replaceChildren();
  }
}

function say(words) {
  find("[role=status]").textContent = words;
}

function showNothing(view) {
  busy(null);
  answer = null;
  root.dataset.view = view;
  result.hidden = true;
  document.title = "On Record";
  say("");
  find(".failure").replaceChildren();
}

function showFailure(message, waits) {
  showNothing("failure");
  find(".failure").replaceChildren(
    make("strong", {}, "This could not be done."),
    make("p", {}, verbatim(message)),
  );
  if (waits) question.focus();
}

function showAnswer({ answer: found, notes }, given, waits) {
  answer = found;
  document.title = found.question.trim().split(CONTROL).join(" ");
  root.dataset.view = found.status;
  find("#onrecord-answer").replaceChildren(verbatim(found.question.trim()));
  const said = found.status === "answered";
  find(".asked-of").replaceChildren(...filterWords(given));
  find(".answer-body").replaceChildren(
    ...(said ? [...told(notes), ...statements(found)] : abstention(found, notes)),
    downloadOf(JSON.stringify(found)),
  );
  find(".sources ol").replaceChildren(...found.sources.map(sourceItem));
  find(".sources").hidden = !found.sources.length;
  find("#onrecord-sources").textContent = said ? "Sources" : "Nearest sources, but no answer";
  result.hidden = false;
  const amount = counted(found.statements.length, "statement", "statements");
  const from = counted(found.sources.length, "source", "sources");
  const answered = `Answered: ${amount} from ${from}. ${confidenceWords(found)}.`;
  const silent = `The sources do not say. ${REASONS[found.reason]}`;
  say(`${said ? answered : silent} ${find(".asked-of").textContent}`.trim());
  if (!waits) return;
  const heading = find("#onrecord-answer");
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: narrow.matches ? "start" : "nearest", behavior: "instant" });
}

// ---------------------------------------------------------------- the answer

// What was asked of, as it stood then; the filters of the form may have changed since.
function filterWords(given) {
  const set = FILTERS.filter((name) => given[name]);
  return set.flatMap((name, place) => {
    const dated = form.elements[name].type === "date";
    const value = dated ? [longDate(given[name])] : ["“", isolated(given[name]), "”"];
    return [place ? ", " : "Asked of: ", `${name} `, ...value];
  });
}

function confidenceWords({ confidence }) {
  const steps = [[0.9, "very high"], [0.75, "high"], [0.6, "moderate"], [0, "low"]];
  const [, words] = steps.find(([least]) => confidence >= least);
  return `Confidence ${words} (${confidence.toFixed(2)})`;
}

function statements(found) {
  const items = found.statements.map((statement) => {
    const sentences = found.sentences.filter((one) => one.statement === statement.number);
    const [first, ...others] = wordingsOf(sentences);
    const further = others.length ? otherWordings(others) : null;
    return make("li", {}, quoteOf(first, agreement(statement)), further);
  });
  return [
    make("p", { class: "confidence" }, confidenceWords(found)),
    make("ol", { class: "statements" }, ...items),
  ];
}

// Lists of sentences that are the same to the letter, each document once in a list.
function wordingsOf(sentences) {
  const wordings = new Map();
  for (const one of sentences) {
    const words = one.text.split(/\s+/).join(" ");
    const same = wordings.get(words) ?? [];
    if (!same.some((other) => other.citation === one.citation)) wordings.set(words, [...same, one]);
  }
  return [...wordings.values()];
}

// Reports of their own by several, or copies of one: the first bears a statement out, not the second.
function agreement({ documents, independent }) {
  if (documents === 1) return null;
  const said =
    independent === documents
      ? `${documents} independent reports`
      : `${documents} articles, ${independent} independent`;
  return make("strong", {}, said);
}

function otherWordings(wordings) {
  const numbers = wordings.flat().map(({ citation }) => `[${citation}]`);
  const summary = `${counted(wordings.length, "other wording", "other wordings")} ${numbers.join(" ")}`;
  const quotes = wordings.map((wording) => quoteOf(wording, null));
  return make("details", {}, make("summary", {}, summary), ...quotes);
}

// A wording with a citation for each document that has it, and below it who, where and when.
function quoteOf(wording, agreed) {
  const [sentence] = wording;
  const { outlet, date, ...source } = sourceOf(sentence);
  const known = [
    speech(sentence),
    make("cite", {}, isolated(nameOf(source))),
    outlet ? isolated(outlet) : null,
    date ? longDate(date) : null,
    agreed,
  ];
  const text = make("p", {}, ...citedText(sentence.text, wording));
  return make(
    "div",
    { class: "quote" },
    before(sentence),
    make("blockquote", { dir: "auto" }, text),
    make("p", { class: "byline" }, ...joined(known.filter(Boolean)), " ", copyButton(sentence)),
  );
}

// The sentence before, where the cited one cannot stand alone; it is no part of the answer.
function before({ context }) {
  if (!context) return null;
  return make("p", { class: "context", dir: "auto" }, BEFORE, verbatim(context.text));
}

function speech({ speaker, kind }) {
  const manner = { direct: "quoted", indirect: "reported" }[kind];
  if (!speaker) return manner ? make("span", {}, manner) : null;
  return make("span", {}, isolated(speaker), manner ? `, ${manner}` : "");
}

function sourceOf({ citation }) {
  return answer.sources.find((source) => source.citation === citation);
}

// The last word and the first citation keep together, so that it starts no line.
function citedText(text, cites) {
  const [, most = text, last = ""] = text.match(/^([^]*\s)(\S{1,20})$/) ?? [];
  const [first, ...others] = cites;
  const end = make("span", { class: "together" }, verbatim(last), ...citation(first));
  return [verbatim(most), end, ...others.flatMap(citation)];
}

function citation(sentence) {
  const source = sourceOf(sentence);
  const name = `Source ${source.citation}: open ${nameOf(source)} at this sentence`;
  const open = (event) => openArticle(source, sentence, event.currentTarget);
  const attributes = { type: "button", class: "citation", "aria-label": name, onclick: open };
  return [" ", make("button", attributes, `[${source.citation}]`)];
}

function abstention(found, notes) {
  const nearest = [
    make("h3", {}, "Nearest passages; they do not answer the question"),
    make("ul", { class: "nearest" }, ...found.nearest.map(nearPassage)),
  ];
  return [
    make("p", { class: "verdict" }, "The sources do not say."),
    make("p", { class: "reason" }, REASONS[found.reason]),
    ...told(notes),
    ...(found.nearest.length ? nearest : []),
  ];
}

function told(notes) {
  return notes.map((note) => make("p", { class: "note" }, verbatim(note)));
}

function nearPassage(passage) {
  return make("li", { dir: "auto" }, ...citedText(passage.text, [passage]));
}

function sourceItem(source) {
  const open = (event) => openArticle(source, null, event.currentTarget);
  const number = make("span", { class: "source-number" }, `[${source.citation}]`);
  const name = make("span", { class: "source-name" }, isolated(nameOf(source)));
  const button = make("button", { type: "button", class: "source", onclick: open }, number, " ", name);
  return make("li", {}, button, make("p", { class: "byline" }, ...particulars(source)));
}

// ---------------------------------------------------------------- taking it along

function copyButton(sentence) {
  const label = "Copy with citation";
  return make("button", { type: "button", class: "quiet copy", onclick: copy }, label);

  async function copy(event) {
    const button = event.currentTarget;
    const done = await toClipboard(cited(sentence));
    button.textContent = done ? "Copied" : "Not copied: the browser does not allow it";
    say(button.textContent);
    setTimeout(() => (button.textContent = label), 2000);
  }
}

function cited(sentence) {
  const { title, outlet, date, document: id, url } = sourceOf(sentence);
  const place = `${id}, characters ${sentence.start} to ${sentence.end}`;
  const known = [speech(sentence)?.textContent, title, outlet, date, place, url];
  const context = sentence.context ? `${BEFORE}${sentence.context.text}\n` : "";
  return `${context}${sentence.text}\n— ${known.filter(Boolean).join(" · ")}\n`;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text); // missing where the page is not on a safe origin
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text) {
  const place = focused();
  const field = make("textarea", { class: "unseen", readonly: true }, text);
  root.append(field);
  field.focus({ preventScroll: true });
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  place.focus({ preventScroll: true });
  return done;
}

function downloadOf(reply) {
  return make("button", { type: "button", class: "quiet", onclick: download }, "Save answer as JSON");

  function download() {
    const address = URL.createObjectURL(new Blob([reply], { type: "application/json" }));
    make("a", { href: address, download: "answer.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

// ---------------------------------------------------------------- the article

async function openArticle(source, sentence, button) {
  const mine = ++opened;
  button.setAttribute("aria-busy", true);
  say("Opening…");
  const reply = await server.article({ document: source.document });
  button.removeAttribute("aria-busy");
  await returned;
  if (mine !== opened) return;
  say("");
  const found = reply ? JSON.parse(reply) : { error: LOST };
  if (found.error) showArticleFailure(source, found.error, button);
  else showArticle(source, found, sentence, button);
}

function showArticleFailure(source, message, button) {
  const failure = make("p", { class: "failure", role: "alert" }, verbatim(message));
  fillArticle(source, button, failure);
  find(".close").focus();
}

function showArticle(source, found, sentence, button) {
  const cites = [...answer.sentences, ...answer.nearest].filter(
    (one) => one.citation === source.citation,
  );
  const alert = { class: "changed", role: "alert", tabindex: "-1" };
  const same = found.sha256 === source.sha256; // offsets into another text would mark anything
  const text = same
    ? paragraphs(found, cites, sentence ?? cites[0])
    : [make("p", alert, CHANGED), ...paragraphs(found, [], null)];
  fillArticle(source, button, ...text);
  find("#onrecord-article").hidden = found.pieces.some((piece) => piece.block === "title");
  goTo(find("mark.clicked") ?? find(".changed") ?? find(".close"));
}

function fillArticle(source, button, ...children) {
  opener?.removeAttribute("aria-expanded");
  opener = button;
  opener.setAttribute("aria-expanded", "true");
  find(".article-place").textContent = `Source [${source.citation}]`;
  find("#onrecord-article").replaceChildren(verbatim(nameOf(source)));
  find("#onrecord-article").hidden = false;
  find(".article > .byline").replaceChildren(...particulars(source));
  find(".article-text").replaceChildren(...children);
  if (article.hidden) history.pushState({ article: true }, ""); // so that Back closes it, too
  root.dataset.article = "open";
  article.hidden = false;
}

// To the middle of the article where that scrolls by itself, else to the middle of the window.
function goTo(place) {
  place.focus({ preventScroll: true });
  if (!narrow.matches) {
    const above = place.getBoundingClientRect().top - article.getBoundingClientRect().top;
    article.scrollTop += above - article.clientHeight / 2;
  }
  place.scrollIntoView({ block: narrow.matches ? "center" : "nearest", behavior: "instant" });
}

// Pieces to paragraphs: a new one where the block changes or the text has a line break.
function paragraphs({ pieces, after }, cites, clicked) {
  const out = [];
  const start = (block) => out.push(make(TAGS[block] ?? "p", { class: block, dir: "auto" }));
  const uncited = (text) => {
    start("boilerplate");
    out.at(-1).append(verbatim(text.trim()));
  };
  let block = null;
  for (const piece of pieces) {
    const between = piece.before.trim();
    if (between) uncited(piece.before);
    if (between || piece.block !== block || piece.before.includes("\n")) start(piece.block);
    else out.at(-1).append(piece.before);
    out.at(-1).append(pieceNode(piece, cites, clicked));
    block = piece.block;
  }
  if (after.trim()) uncited(after);
  return out;
}

const TAGS = { title: "h3", heading: "h4" };

function pieceNode(piece, cites, clicked) {
  const covers = (span) => span && piece.start < span.end && span.start < piece.end;
  if (!cites.some(covers)) return verbatim(piece.text);
  const strong = covers(clicked);
  const mark = make("mark", { class: strong ? "clicked" : null, tabindex: strong ? "-1" : null });
  mark.append(verbatim(piece.text));
  return mark;
}

function closeArticle({ focus = true } = {}) {
  opened++;
  say("");
  if (article.hidden) return;
  article.hidden = true;
  delete root.dataset.article;
  opener?.removeAttribute("aria-expanded");
  if (focus) (opener?.isConnected ? opener : find("#onrecord-answer")).focus();
  opener = null;
  if (!history.state?.article) return;
  returned = new Promise((done) => addEventListener("popstate", done, { once: true }));
  history.back();
}

// ---------------------------------------------------------------- events

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  }
});
form.addEventListener("input", showFiltersSet);
form.addEventListener("focusout", showFiltersSet); // half a date is no input yet
form.addEventListener("invalid", () => (find(".filters").open = true), true); // or nothing is told
find(".clear").addEventListener("click", () => {
  for (const name of FILTERS) form.elements[name].value = "";
  showFiltersSet();
});
find(".close").addEventListener("click", () => closeArticle());
history.scrollRestoration = "manual"; // closing goes back to the citation by itself
addEventListener("popstate", () => {
  if (!article.hidden) closeArticle();
  if (location.hash === address) return;
  fromAddress();
  if (root.dataset.view === "start") question.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !article.hidden) closeArticle();
});

function showFiltersSet() {
  const set = FILTERS.filter((name) => {
    const { value, validity } = form.elements[name];
    return value.trim() || validity.badInput;
  });
  find(".filters-set").textContent = set.length ? ` (${set.join(", ")})` : "";
}

find(".examples").hidden = !props.examples.length;
find(".examples ul").append(
  ...props.examples.map((example) => {
    const fill = () => {
      question.value = example;
      form.requestSubmit();
    };
    return make("li", {}, make("button", { type: "button", onclick: fill }, example));
  }),
);

fromAddress();
