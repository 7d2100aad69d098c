// "Bruk der jeg er nå": the position becomes a postcode here, in the browser, and is neither sent nor kept. The list of
// postcodes is fetched only when somebody asks. Without JavaScript the button is not there.
const KM_OF_A_DEGREE = 111.195;
const ABROAD = 60;

const away = (one, other) =>
  KM_OF_A_DEGREE *
  Math.hypot(one.lat - other.lat, (one.lon - other.lon) * Math.cos(((one.lat + other.lat) / 360) * Math.PI));

async function nearest(button, here) {
  const lines = (await (await fetch(button.dataset.postcodes)).text()).split("\n");
  let found = null;
  for (const line of lines) {
    if (!line || line.startsWith("#")) continue;
    const [code, , lat, lon] = line.split("\t");
    const km = away(here, { lat: Number(lat), lon: Number(lon) });
    if (!found || km < found.km) found = { code, km };
  }
  return found;
}

for (const button of document.querySelectorAll("[data-here]")) {
  if (!navigator.geolocation) continue;
  const field = document.getElementById(button.dataset.here);
  const told = document.getElementById("here-told");
  button.hidden = false;
  told.textContent = told.dataset.told;
  const located = async (position) => {
    const found = await nearest(button, { lat: position.coords.latitude, lon: position.coords.longitude });
    button.removeAttribute("aria-busy");
    if (!found || found.km > ABROAD) {
      told.textContent = button.dataset.abroad;
      return;
    }
    field.value = found.code;
    field.form.requestSubmit();
  };
  const refused = () => {
    button.removeAttribute("aria-busy");
    told.textContent = button.dataset.no;
  };
  button.addEventListener("click", () => {
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition((position) => located(position).catch(refused), refused, {
      maximumAge: 600000,
      timeout: 10000,
    });
  });
}
