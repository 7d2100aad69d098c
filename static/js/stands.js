// A register as it stands, once the server has told what is new: all of it, or `only` what some bookings and the session
// itself show, where nothing else has changed.
//
// Tabs tell each other what they were answered, and may be heard in another order: of each field, and of the conflict in
// it, what has the lower version is older and changes nothing.
export const merged = (stood, told) => {
  const shown = stood?.fields || {};
  const stale = ({ field }) => told.fields[field]?.version < shown[field]?.version;
  const about = ({ booking }) => !told.only || booking === null || told.only.includes(booking);
  const fields = Object.entries(told.fields).map(([field, one]) => [field, stale({ field }) ? shown[field] : one]);
  const before = stood?.conflicts || [];
  return {
    ...(told.only ? { ...stood, closed: told.closed } : told),
    fields: { ...(told.only ? shown : {}), ...Object.fromEntries(fields) },
    conflicts: [
      ...before.filter((one) => !about(one) || stale(one)), ...told.conflicts.filter((one) => !stale(one)),
    ],
  };
};
