/* SPDX-License-Identifier: Apache-2.0
 * Runs a fuzz target over the files it is given, as TAP. */
#include <stdio.h>

#include "fuzz.h"

#define MAX_INPUT_LEN 65536

static int replay(const char *path)
{
    static uint8_t data[MAX_INPUT_LEN];
    FILE *file = fopen(path, "rb");

    if (!file) {
        return 0;
    }
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    /* of its own length, so that a sanitizer sees what is read behind it */
    uint8_t *input = malloc(size ? size : 1);
    for (size_t i = 0; i < size; i++) {
        input[i] = data[i];
    }
    (void)LLVMFuzzerTestOneInput(input, size);
    free(input);
    return 1;
}

int main(int argc, char **argv)
{
    int replayed = 0;

    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        const int done = replay(argv[i]);
        replayed += done;
        printf("%sok %d - %s\n", done ? "" : "not ", i, argv[i]);
        (void)fflush(stdout);
    }
    return argc > 1 && replayed == argc - 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
