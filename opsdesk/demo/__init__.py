"""A made-up city for demos and page tests: the same arguments always give the same world, byte for byte.

    frame = world.build(until=date(2026, 3, 2))     customers, orders, planted truths
    exports.write_exports(frame, folder)            the files a shop's back office would export
    truths.truths(frame)                            what an import of those files must find

Everything here is plain Python and knows nothing of Django; `docs/demo.md` tells the stories.
"""
