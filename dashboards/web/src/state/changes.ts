// Counts changes made from here, so that what shows them is loaded anew at once.
import { createSignal } from "./signal.ts";

export const changesMade = createSignal(0);

export function noteChange(): void {
  changesMade.set(changesMade.get() + 1);
}
