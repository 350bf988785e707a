// Appended to each deck: tells the console where its reader stands, and goes there when the console asks.
(() => {
  if (parent === window) return;
  const tabs = () => [...document.querySelectorAll("input[type=radio]")];
  const tell = () => parent.postMessage({ flyweightPlace: [scrollX, scrollY, tabs().findIndex((tab) => tab.checked)] }, "*");
  addEventListener("scroll", tell, { passive: true });
  addEventListener("change", tell);
  addEventListener("message", (event) => {
    if (event.source !== parent || !event.data || !event.data.flyweightPlace) return;
    const [x, y, tab] = event.data.flyweightPlace;
    if (tabs()[tab]) tabs()[tab].checked = true;
    scrollTo(x, y);
  });
})();
