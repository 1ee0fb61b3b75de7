import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { DAYS } from "../values";

type List = "hours" | "holidays" | "workdays";

const FRESH = {
  hours: { days: [], from: "09:00", to: "18:00" },
  holidays: { name: "", from: "", to: "" },
  workdays: { date: "", like: "monday" },
};

/** One of the lists of a scheme, an entry a row. */
export function Rows({ list }: { list: List }) {
  const { t } = useTranslation();
  return (
    <fieldset className="form-rows">
      <legend>{t(`timeScheme.${list}`)}</legend>
      <p className="form-hint">{t(`timeScheme.${list}Hint`)}</p>
      <Form.List name={list}>
        {(rows, { add, remove }) => (
          <>
            {rows.map(({ key, name }) => (
              <div key={key} className="form-row">
                {list === "hours" && <HoursRow row={name} />}
                {list === "holidays" && <HolidayRow row={name} />}
                {list === "workdays" && <WorkdayRow row={name} />}
                <Button
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t("timeScheme.removeRow", {
                    list: t(`timeScheme.${list}`),
                    row: name + 1,
                  })}
                  onClick={() => {
                    remove(name);
                  }}
                />
              </div>
            ))}
            <div>
              <Button
                icon={<PlusOutlined aria-hidden />}
                onClick={() => {
                  add(FRESH[list]);
                }}
              >
                {t(`timeScheme.${list}Add`)}
              </Button>
            </div>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

function useDayOptions() {
  const { t } = useTranslation();
  return DAYS.map((value) => ({ value, label: t(`timeScheme.days.${value}`) }));
}

function useNeeded() {
  const { t } = useTranslation();
  return [{ required: true, message: t("timeScheme.needed") }];
}

function HoursRow({ row }: { row: number }) {
  const { t } = useTranslation();
  const options = useDayOptions();
  return (
    <>
      <Form.Item name={[row, "days"]} label={t("timeScheme.on")}>
        <Checkbox.Group options={options} />
      </Form.Item>
      <Moment row={row} name="from" type="time" />
      <Moment row={row} name="to" type="time" />
    </>
  );
}

function HolidayRow({ row }: { row: number }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name={[row, "name"]} label={t("timeScheme.holidayName")} rules={useNeeded()}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Moment row={row} name="from" type="date" />
      <Moment row={row} name="to" type="date" />
    </>
  );
}

function WorkdayRow({ row }: { row: number }) {
  const { t } = useTranslation();
  return (
    <>
      <Moment row={row} name="date" type="date" />
      <Form.Item name={[row, "like"]} label={t("timeScheme.like")}>
        <Select className="form-day" options={useDayOptions()} />
      </Form.Item>
    </>
  );
}

interface MomentProps {
  row: number;
  name: "from" | "to" | "date";
  type: "time" | "date";
}

function Moment({ row, name, type }: MomentProps) {
  const { t } = useTranslation();
  return (
    <Form.Item name={[row, name]} label={t(`timeScheme.${name}`)} rules={useNeeded()}>
      <Input type={type} />
    </Form.Item>
  );
}
