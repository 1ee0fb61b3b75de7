/* Makes and hears keys with spandsp, for the tests: `keys encode DIGITS` writes and `keys decode`
 * reads 16-bit samples at 8 kHz. */
#include <spandsp.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
    int16_t samples[160];
    if (count == 3 && strcmp(arguments[1], "encode") == 0) {
        dtmf_tx_state_t *sender = dtmf_tx_init(NULL);
        dtmf_tx_put(sender, arguments[2], -1);
        int made;
        while ((made = dtmf_tx(sender, samples, 160)) > 0)
            fwrite(samples, sizeof(int16_t), made, stdout);
        return 0;
    }
    if (count == 2 && strcmp(arguments[1], "decode") == 0) {
        dtmf_rx_state_t *receiver = dtmf_rx_init(NULL, NULL, NULL);
        size_t read;
        char digits[512];
        while ((read = fread(samples, sizeof(int16_t), 160, stdin)) > 0)
            dtmf_rx(receiver, samples, (int) read);
        digits[dtmf_rx_get(receiver, digits, 511)] = 0;
        puts(digits);
        return 0;
    }
    return 2;
}
