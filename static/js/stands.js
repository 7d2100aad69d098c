// A register as it stands, once the server has told what is new: all of it, or `only` what some bookings and the session
// itself show, where nothing else has changed.
export const merged = (stood, told) => {
  if (!told.only) { return told; }
  const about = ({ booking }) => booking === null || told.only.includes(booking);
  return {
    ...stood,
    closed: told.closed,
    fields: { ...stood.fields, ...told.fields },
    conflicts: [...stood.conflicts.filter((one) => !about(one)), ...told.conflicts],
  };
};
