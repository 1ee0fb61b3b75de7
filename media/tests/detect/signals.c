/* Makes and hears the signals of telephone networks and faxes with spandsp, for the tests. Samples
 * are 16 bits at 8 kHz, on the standard streams.
 *   signals tone SECONDS F1 F2 ON OFF [ON OFF ...]   a tone in a rhythm of milliseconds
 *   signals sit F1 L1 F2 L2 F3 L3                    three tones after one another
 *   signals cng SECONDS, signals ced SECONDS         a fax that calls, that answers
 *   signals hear F1 F2 ON OFF                        how often such a tone is heard */
#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES 1
#include <spandsp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 160

static int heard = 0;

static void hear_tone(void *user, int code, int level, int delay)
{
    if (code >= 0)
        heard++;
}

static void make(super_tone_tx_step_t *steps, int frames)
{
    int16_t samples[FRAME];
    super_tone_tx_state_t *sender = super_tone_tx_init(NULL, steps);
    for (int n = 0; n < frames; n++) {
        int made = super_tone_tx(sender, samples, FRAME);
        memset(samples + made, 0, (FRAME - made) * sizeof(int16_t));
        fwrite(samples, sizeof(int16_t), FRAME, stdout);
    }
}

static void fax(int kind, int frames)
{
    int16_t samples[FRAME];
    modem_connect_tones_tx_state_t *sender = modem_connect_tones_tx_init(NULL, kind);
    for (int n = 0; n < frames; n++) {
        int made = modem_connect_tones_tx(sender, samples, FRAME);
        memset(samples + made, 0, (FRAME - made) * sizeof(int16_t));
        fwrite(samples, sizeof(int16_t), FRAME, stdout);
    }
}

int main(int count, char **arguments)
{
    int16_t samples[FRAME];
    size_t read;
    const char *what = count > 1 ? arguments[1] : "";
    if (strcmp(what, "tone") == 0 && count >= 7) {
        int frames = atoi(arguments[2]) * 50;
        float one = atof(arguments[3]), other = atof(arguments[4]);
        super_tone_tx_step_t *first = NULL, *last = NULL;
        for (int n = 5; n + 1 < count; n += 2) {
            super_tone_tx_step_t *on = super_tone_tx_make_step(
                NULL, one, -15, other, -15, atoi(arguments[n]), 1);
            super_tone_tx_step_t *off = super_tone_tx_make_step(
                NULL, 0, 0, 0, 0, atoi(arguments[n + 1]), 1);
            on->next = off;
            if (last)
                last->next = on;
            else
                first = on;
            last = off;
        }
        super_tone_tx_step_t *all = super_tone_tx_make_step(NULL, 0, 0, 0, 0, 0, 0);
        all->nest = first;
        make(all, frames);
        return 0;
    }
    if (strcmp(what, "sit") == 0 && count == 8) {
        super_tone_tx_step_t *first = NULL, *last = NULL;
        for (int n = 2; n + 1 < count; n += 2) {
            super_tone_tx_step_t *on = super_tone_tx_make_step(
                NULL, atof(arguments[n]), -15, 0, 0, atoi(arguments[n + 1]), 1);
            if (last)
                last->next = on;
            else
                first = on;
            last = on;
        }
        make(first, 150);
        return 0;
    }
    if (strcmp(what, "cng") == 0 && count == 3) {
        fax(MODEM_CONNECT_TONES_FAX_CNG, atoi(arguments[2]) * 50);
        return 0;
    }
    if (strcmp(what, "ced") == 0 && count == 3) {
        fax(MODEM_CONNECT_TONES_FAX_CED, atoi(arguments[2]) * 50);
        return 0;
    }
    if (strcmp(what, "hear") == 0 && count == 6) {
        super_tone_rx_descriptor_t *wanted = super_tone_rx_make_descriptor(NULL);
        int tone = super_tone_rx_add_tone(wanted);
        int on = atoi(arguments[4]), off = atoi(arguments[5]);
        super_tone_rx_add_element(wanted, tone, atoi(arguments[2]), atoi(arguments[3]),
                                  on - 50, on + 50);
        super_tone_rx_add_element(wanted, tone, 0, 0, off - 50, off + 50);
        super_tone_rx_state_t *receiver = super_tone_rx_init(NULL, wanted, hear_tone, NULL);
        while ((read = fread(samples, sizeof(int16_t), FRAME, stdin)) > 0)
            super_tone_rx(receiver, samples, (int) read);
        printf("%d\n", heard);
        return 0;
    }
    return 2;
}
