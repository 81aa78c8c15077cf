"use strict";
const METHODS = ["get", "post", "put", "patch", "delete"];
const $ = (id) => document.getElementById(id);
const el = (tag, attributes = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
};

let spec;
const resolve = (schema) => (schema?.$ref ? spec.components.schemas[schema.$ref.split("/").pop()] : schema) ?? {};

/** A value that fits a schema, to start from. */
function example(schema, depth = 0) {
  schema = resolve(schema);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => example(part, depth)));
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return example(choice.find((one) => one.type !== "null") ?? choice[0], depth);
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "object" || schema.properties) {
    if (depth > 4) return {};
    const required = new Set(schema.required ?? []);
    const wanted = Object.entries(schema.properties ?? {}).filter(([name]) => required.size === 0 || required.has(name));
    return Object.fromEntries(wanted.map(([name, property]) => [name, example(property, depth + 1)]));
  }
  if (type === "array") return depth > 3 ? [] : [example(schema.items, depth + 1)];
  return { integer: 1, number: 1.5, boolean: false, string: schema.format === "date-time" ? new Date().toISOString() : "" }[type] ?? null;
}

/** A schema's fields with their types and meanings. */
function fields(schema) {
  schema = resolve(schema);
  const parts = schema.allOf ? schema.allOf.map(resolve) : [schema];
  const rows = parts.flatMap((part) => Object.entries(part.properties ?? {}).map(([name, property]) => {
    const target = resolve(property);
    const type = [target.type].flat().filter(Boolean).join(" | ") || property.$ref?.split("/").pop() || "object";
    const words = target.enum ? ` (${target.enum.join(", ")})` : "";
    const needed = part.required?.includes(name) ? "" : ", optional";
    return el("tr", {}, el("td", {}, el("code", { textContent: name })), el("td", { textContent: type + needed + words }), el("td", { textContent: property.description ?? target.description ?? "" }));
  }));
  return rows.length ? el("table", {}, el("thead", {}, el("tr", {}, ...["Field", "Type", "Meaning"].map((textContent) => el("th", { textContent })))), el("tbody", {}, ...rows)) : "";
}

function operation(path, method, op) {
  const METHOD = method.toUpperCase();
  const need = op["x-permission"] ?? "";
  const details = el("details", {}, el("summary", {},
    el("span", { className: `method ${METHOD}`, textContent: METHOD }), el("code", { textContent: path }),
    el("span", { className: "what", textContent: op.summary ?? "" }), el("span", { className: "need", textContent: need })));
  details.dataset.words = `${METHOD} ${path} ${op.summary ?? ""} ${(op.tags ?? []).join(" ")} ${need}`.toLowerCase();
  details.addEventListener("toggle", () => { if (details.open && details.childElementCount === 1) details.append(form(path, METHOD, op)); });
  return details;
}

function form(path, method, op) {
  const inputs = (op.parameters ?? []).map((parameter) => {
    const input = el("input", { type: "text", autocomplete: "off", title: parameter.description ?? "" });
    return { parameter, input, label: el("label", {}, `${parameter.name} (${parameter.in}${parameter.required ? "" : ", optional"})`, input) };
  });
  const content = op.requestBody?.content ?? {};
  const schema = content["application/json"]?.schema;
  const multipart = !schema && Object.keys(content).length > 0;
  const body = schema && el("textarea", { spellcheck: false, value: JSON.stringify(example(schema), null, 2) });
  const answer = el("pre", { hidden: true });
  const send = el("button", { type: "submit", textContent: `Send ${method}` });
  const node = el("form", { className: "inside" },
    op.description ? el("p", { textContent: op.description }) : "",
    el("div", { className: "params" }, ...inputs.map(({ label }) => label)),
    body ? el("label", {}, "Body", body) : "", schema ? fields(schema) : "",
    multipart ? el("p", { textContent: "This operation takes files; send it with a program such as curl." }) : el("div", {}, send), answer);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.hidden = false;
    answer.textContent = "…";
    const url = new URL(path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(inputs.find(({ parameter }) => parameter.in === "path" && parameter.name === name)?.input.value ?? "")), location.origin);
    const headers = {};
    for (const { parameter, input } of inputs) {
      if (!input.value) continue;
      if (parameter.in === "query") url.searchParams.set(parameter.name, input.value);
      if (parameter.in === "header") headers[parameter.name] = input.value;
    }
    if (body) headers["Content-Type"] = "application/json";
    if ($("token").value) headers.Authorization = `Bearer ${$("token").value}`;
    if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now();
    const begun = performance.now();
    try {
      const response = await fetch(url, { method, headers, body: body?.value });
      let text = "(a stream; follow it with a program such as curl)";
      if (response.headers.get("content-type")?.includes("event-stream")) await response.body.cancel();
      else text = await response.text();
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
      answer.textContent = `${response.status} ${response.statusText} · ${Math.round(performance.now() - begun)} ms\n\n${text}`;
    } catch (error) {
      answer.textContent = `The server did not answer: ${error.message}`;
    }
  });
  return node;
}

function filter() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of document.querySelectorAll("section")) {
    let any = false;
    for (const details of section.querySelectorAll("details")) {
      details.hidden = !words.every((word) => details.dataset.words.includes(word));
      any ||= !details.hidden;
    }
    section.hidden = !any;
  }
}

async function main() {
  const response = await fetch("/api/openapi.json");
  if (!response.ok) throw new Error(`status ${response.status}`);
  spec = await response.json();
  $("about").textContent = `Version ${spec.info.version}. ${spec.info.description}`;
  const tags = new Map();
  for (const [path, item] of Object.entries(spec.paths))
    for (const method of METHODS.filter((method) => item[method])) {
      const tag = item[method].tags?.[0] ?? "other";
      tags.set(tag, [...(tags.get(tag) ?? []), operation(path, method, item[method])]);
    }
  $("operations").replaceChildren(...[...tags].sort(([a], [b]) => a.localeCompare(b)).map(([tag, operations]) => el("section", {}, el("h2", { textContent: tag }), ...operations)));
  $("filter").addEventListener("input", filter);
}

main().catch((error) => { $("operations").textContent = `The API document could not be loaded: ${error.message}`; });
