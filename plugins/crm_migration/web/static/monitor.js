// What the pages do beside showing: progress of a run, keys of the review queue, and calls of Airflow's own interface.
(() => {
  const airflow = document.body.dataset.airflow || "";
  const framed = window.parent !== window;

  // Airflow shows these pages in a frame that may not navigate the window around it: a link of that window may.
  const inWindow = (href, target) => {
    const link = (framed ? window.parent.document : document).createElement("a");
    link.href = href; link.target = target; link.rel = "noopener";
    link.ownerDocument.body.append(link); link.click(); link.remove();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-airflow], a[data-new]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const other = link.hasAttribute("data-new");
    if (!framed && !other) return;
    event.preventDefault();
    inWindow(link.href, other ? "_blank" : "_self");
  });

  for (const button of document.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }

  // The browser sends the call with the user's session, so that Airflow checks what the user may.
  const call = async (button) => {
    const told = button.closest("dialog, section").querySelector(".told");
    button.disabled = true;
    try {
      const answer = await fetch(airflow + button.dataset.path, {
        method: "POST", credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json" }, body: button.dataset.body,
      });
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) {
        told.textContent = `${button.dataset.done} ${body.dag_run_id || body.id || answer.status}`;
      } else {
        const detail = typeof body.detail === "string" ? body.detail : JSON.stringify(body.detail || "");
        told.textContent = `${button.dataset.refused} ${answer.status} ${detail}`;
        button.disabled = false;
      }
      told.classList.toggle("bad", !answer.ok);
      if (answer.ok && body.dag_id && body.dag_run_id) {
        const link = document.createElement("a");
        link.href = `${airflow}/dags/${encodeURIComponent(body.dag_id)}/runs/${encodeURIComponent(body.dag_run_id)}`;
        link.dataset.airflow = ""; link.textContent = "→ Airflow";
        told.append(" ", link);
      }
    } catch (error) {
      told.textContent = `${button.dataset.refused} ${error.message}`;
      button.disabled = false;
    }
  };
  for (const button of document.querySelectorAll("[data-path]")) button.addEventListener("click", () => call(button));

  // Keys of the queue; none while somebody types.
  const keyed = document.querySelector("[data-keys]");
  if (keyed) {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target.closest("input, select, textarea, dialog")) return;
      const button = keyed.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (button) { event.preventDefault(); button.click(); }
    });
    let sent = false;
    keyed.addEventListener("submit", (event) => { if (sent) event.preventDefault(); sent = true; });
  }

  const SVG = "http://www.w3.org/2000/svg";
  const number = new Intl.NumberFormat("en");
  const bar = (share) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 100 10"); svg.setAttribute("preserveAspectRatio", "none"); svg.setAttribute("class", "bar");
    svg.setAttribute("aria-hidden", "true");
    for (const [name, width] of [["track", 100], ["fill-accent", 100 * share]]) {
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("class", name); rect.setAttribute("width", width); rect.setAttribute("height", 10);
      svg.append(rect);
    }
    return svg;
  };
  const live = document.querySelector("[data-progress]");
  if (live) {
    const place = live.querySelector("[data-loads]"), words = place.dataset;
    const show = (told) => {
      live.querySelector("[data-tasks]").textContent = `${told.done} / ${told.tasks}`;
      live.querySelector("[data-running]").textContent = told.running.length ? ` · ${told.running.join(", ")}` : "";
      live.querySelector("[data-awaiting]").hidden = told.awaiting.length === 0;
      if (told.loads.length) document.querySelector("[data-trouble]")?.remove();  // the ledger is there by now
      place.replaceChildren(...told.loads.map((load) => {
        const line = document.createElement("div"), text = document.createElement("p");
        line.className = "load";
        const phase = load.phase === "sample" ? words.wordSample : words.wordFull;
        let says = `${load.entity} (${phase}): ${number.format(load.done)} ${words.wordOf} ${number.format(load.total)}`;
        if (load.done < load.total) says += ` · ${number.format(load.rate)} ${words.wordRate}`;
        if (load.seconds_left !== null && load.done < load.total) says += ` · ${number.format(load.seconds_left)} s ${words.wordLeft}`;
        text.textContent = says;
        line.append(text, bar(load.total ? load.done / load.total : 1));
        return line;
      }));
    };
    const poll = async () => {
      try {
        const answer = await fetch(live.dataset.progress, { credentials: "same-origin", headers: { Accept: "application/json" } });
        if (answer.ok) {
          const told = await answer.json();
          show(told);
          if (!told.live) { location.reload(); return; }
        } else if (answer.status === 401 || answer.status === 403) return;
      } catch { /* the server is away for a moment: ask again */ }
      setTimeout(poll, 3000);
    };
    poll();
  }
})();
