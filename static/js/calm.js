// Nothing moves under a finger, or under whoever presses twice: what else there is to show waits until they have let go.
const REST = 400;
const LONGEST_PRESS = 3000;
let still = Promise.resolve();
const press = () => {
  still = new Promise((good) => {
    for (const end of ["pointerup", "pointercancel", "keyup"]) {
      addEventListener(end, () => setTimeout(good, REST), { capture: true, once: true });
    }
    setTimeout(good, LONGEST_PRESS);
  });
};
for (const begin of ["pointerdown", "keydown"]) { addEventListener(begin, press, true); }
export const calm = async () => {
  let waited;
  do { waited = still; await waited; } while (waited !== still);
};
