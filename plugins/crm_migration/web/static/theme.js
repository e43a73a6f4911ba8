// Follows the theme that Airflow's own UI has stored; without one the browser's preference counts (see monitor.css).
(() => {
  const follow = () => {
    let stored = null;
    try { stored = localStorage.getItem("theme"); } catch { /* storage is closed to this frame */ }
    const theme = (stored || "").replaceAll('"', "");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  follow();
  addEventListener("storage", (event) => { if (event.key === "theme") follow(); });
})();
