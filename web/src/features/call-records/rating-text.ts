import type { TFunction } from "i18next";
import type { CallRecordDetail } from "./api/call-records";

/** A rating in words, with its scale. */
export function ratingText(t: TFunction, rating: NonNullable<CallRecordDetail["rating"]>): string {
  return t(`record.detail.rating_${rating.scale}`, { score: rating.score });
}
